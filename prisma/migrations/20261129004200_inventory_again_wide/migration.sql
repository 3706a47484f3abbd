-- no transaction
-- runs beside the version before
-- What: an index of wide orders.
-- Why: whose tokens those can be that stand in no index of the revoked (20261129004100_inventory_again_apart).
-- Lock: SHARE UPDATE EXCLUSIVE on revocation_order: orders are placed and settled meanwhile. It waits for transactions that are older than it.
-- Size: some bytes for each order that revoked 20,000 tokens or more.

CREATE INDEX CONCURRENTLY "revocation_order_wide" ON "revocation_order" (target_kind, target_id) WHERE verb = 'revoke' AND settled_count >= 20000;
