import type { Sql } from "../db/sql.ts";
import { type IdempotencyClaim, KEPT_ANSWER_MAX, type KeptAnswer } from "./model.ts";

/** Keeps what was answered, for a repeat. */
export async function keepAnswer(
  db: Sql,
  { actorId, key, claim }: IdempotencyClaim,
  { status, location, text, isShownOnce, permissions }: KeptAnswer,
): Promise<void> {
  const kept = text !== null && text.length <= KEPT_ANSWER_MAX ? text : null;
  await db.query(
    `UPDATE idempotency_key SET state = 'answered', status = $4::int, location = $5::text, answer = $6::text, is_shown_once = $7::boolean, permissions = $8::text[]
     WHERE actor_id = $1::text AND key = $2::text AND claim = $3::uuid`,
    [actorId, key, claim, status, location, kept, isShownOnce, permissions],
  );
}

/** Gives a key back whose request was refused: the same request may be sent under it again, and may then be done. */
export async function giveUpKey(db: Sql, { actorId, key, claim }: IdempotencyClaim): Promise<void> {
  await db.query(
    "DELETE FROM idempotency_key WHERE actor_id = $1::text AND key = $2::text AND claim = $3::uuid",
    [actorId, key, claim],
  );
}

/** Gives a key back whose request failed of something else, where nothing of it was done. */
export async function giveUpIdleKey(db: Sql, { actorId, key, claim }: IdempotencyClaim): Promise<void> {
  await db.query(
    "DELETE FROM idempotency_key WHERE actor_id = $1::text AND key = $2::text AND claim = $3::uuid AND state = 'running'",
    [actorId, key, claim],
  );
}
