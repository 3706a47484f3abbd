-- runs beside the version before
-- What: which tokens wide orders revoked, beyond their first 20,000 each.
-- Why: once a large client was taken back, its tokens are most of the revoked, and revoked tokens beside a permission, a group, an audience or a role were looked
--   for among them: 2 s at 10,000,000 tokens of which 1,170,000 are revoked.
-- Lock: ACCESS EXCLUSIVE on token_standing for the moment that a column takes which has a constant for the rows that are there and rewrites nothing: it is alone in
--   its transaction.
-- Size: none for the rows that are there, a byte at most for others.
-- Beside the version before: its worker writes the column's default, and such a token stands in the index that follows.

-- AlterTable
ALTER TABLE "token_standing" ADD COLUMN "is_wide" BOOLEAN NOT NULL DEFAULT false;
