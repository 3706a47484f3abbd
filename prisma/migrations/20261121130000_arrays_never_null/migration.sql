-- What: list columns are never null and begin empty.
-- Why: Prisma leaves a list that a create does not name NULL, and readers then meet null where the schema says list.
-- Lock: short; `token` is scanned once for nulls. Size: nothing.

UPDATE "client" SET "grant_types" = coalesce("grant_types", '{}'), "redirect_uris" = coalesce("redirect_uris", '{}'), "post_logout_redirect_uris" = coalesce("post_logout_redirect_uris", '{}')
  WHERE "grant_types" IS NULL OR "redirect_uris" IS NULL OR "post_logout_redirect_uris" IS NULL;
ALTER TABLE "client"
  ALTER COLUMN "grant_types" SET DEFAULT '{}', ALTER COLUMN "grant_types" SET NOT NULL,
  ALTER COLUMN "redirect_uris" SET DEFAULT '{}', ALTER COLUMN "redirect_uris" SET NOT NULL,
  ALTER COLUMN "post_logout_redirect_uris" SET DEFAULT '{}', ALTER COLUMN "post_logout_redirect_uris" SET NOT NULL;
ALTER TABLE "token"
  ALTER COLUMN "scopes" SET NOT NULL, ALTER COLUMN "groups" SET NOT NULL,
  ALTER COLUMN "roles" SET NOT NULL, ALTER COLUMN "audiences" SET NOT NULL;
