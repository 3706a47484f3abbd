-- runs beside the version before
-- What: which tokens wide orders revoked, beyond their first 20,000 each; an index of all other revoked tokens, and one of wide orders.
-- Why: once a large client was taken back, its tokens are most of the revoked, and revoked tokens beside a permission, a group, an audience or a role were looked
--   for among them: 2 s at 10,000,000 tokens of which 1,170,000 are revoked.
-- Lock: short ones for the column, which has a constant for the rows that are there and rewrites nothing; then `token_standing` and `revocation_order` are locked
--   against writes while their indexes are built: 1.7 s for 1,170,000 rows, at load 5 on 2 cores. Issue, lists and verification go on meanwhile; a revocation waits.
-- Size: 30 bytes for each revoked token but those of wide orders. What wide orders settled before this stays in the index until it leaves the register.
-- Beside the version before: its worker writes the column's default, and such a token stands in the index.

-- AlterTable
ALTER TABLE "token_standing" ADD COLUMN "is_wide" BOOLEAN NOT NULL DEFAULT false;

-- revoked tokens beside other filters, in the order of issue
CREATE INDEX "token_standing_apart" ON "token_standing" (token_id) WHERE revoked_at IS NOT NULL AND NOT is_wide;

-- whose tokens those of wide orders can be
CREATE INDEX "revocation_order_wide" ON "revocation_order" (target_kind, target_id) WHERE verb = 'revoke' AND settled_count >= 20000;
