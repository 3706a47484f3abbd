-- What: who were owners before something was done without a second person.
-- Why: whom it made an owner is no judge of it.
-- Lock: "approval" for a moment; no row is changed. Size: some ids for each break-glass.
-- runs beside the version before
ALTER TABLE "approval" ADD COLUMN "owners_before" UUID[];
