-- What: a consumed refresh token has a state of its own; indexes for sessions, suspensions and the orders' list.
-- Why: a refresh token that was exchanged works no more and must not show as active; lists and the settling worker read by these.
-- Lock: short ones on small tables; token_standing and token_family are locked against writes while their index is built.
-- Size: one entry a suspended token, one a family of a session, one an order.

DROP FUNCTION "token_state"(timestamptz, timestamptz, timestamptz, boolean, boolean);

-- A token's state. The SQL twin of tokenState in lib/tokens/model.ts. What is final comes first; revoked always wins.
CREATE FUNCTION "token_state"(now_at timestamptz, not_before timestamptz, expires_at timestamptz, revoked boolean, suspended boolean, consumed boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN revoked THEN 'revoked'
    WHEN consumed THEN 'consumed'
    WHEN expires_at <= now_at THEN 'expired'
    WHEN suspended THEN 'suspended'
    WHEN not_before > now_at THEN 'not_yet_valid'
    ELSE 'active'
  END
$$;

-- CreateIndex
CREATE INDEX "token_family_session_uid_idx" ON "token_family"("session_uid");

-- CreateIndex
CREATE INDEX "revocation_order_created_at_id_idx" ON "revocation_order"("created_at", "id");

-- suspended tokens, by the order that suspended them
CREATE INDEX "token_standing_suspended" ON "token_standing" (suspended_order_id, token_id) WHERE suspended_order_id IS NOT NULL;
-- the few orders that are not revocations
CREATE INDEX "revocation_order_suspensions" ON "revocation_order" (target_kind, target_id, position) WHERE verb <> 'revoke';
