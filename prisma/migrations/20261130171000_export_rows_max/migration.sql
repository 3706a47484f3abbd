-- What: as many rows as an export may come to, of one that a second person approved.
-- Why: who approved it was told how many rows leave; what has grown far beyond that since is another export.
-- Lock: ACCESS EXCLUSIVE on list_export for a moment; nothing is rewritten or read. Size: 8 bytes for each approved export, kept for a week.
-- runs beside the version before

ALTER TABLE "list_export" ADD COLUMN "rows_max" BIGINT;
