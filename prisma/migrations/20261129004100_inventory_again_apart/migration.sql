-- no transaction
-- runs beside the version before
-- What: an index of all revoked tokens but those of wide orders, in the order of issue.
-- Why: revoked tokens beside other filters are looked for in it (20261129004000_inventory_again).
-- Lock: SHARE UPDATE EXCLUSIVE on token_standing: issue, lists, verification and revocations go on. It waits for transactions that are older than it.
-- Size: 30 bytes for each revoked token but those of wide orders. What wide orders settled before this stays in the index until it leaves the register.

CREATE INDEX CONCURRENTLY "token_standing_apart" ON "token_standing" (token_id) WHERE revoked_at IS NOT NULL AND NOT is_wide;
