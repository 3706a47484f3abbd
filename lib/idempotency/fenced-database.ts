import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import type { IdempotencyClaim } from "./model.ts";

const ACT = `UPDATE idempotency_key SET state = 'acted' WHERE actor_id = $1::text AND key = $2::text AND claim = $3::uuid RETURNING 1`;

/**
 * A database whose transactions act under an idempotency key: the first that commits says with it that the request has acted, so that no crash after it
 * lets the request act a second time. One whose key was taken over meanwhile is rolled back.
 */
export function fencedDatabase(db: Database, claim: IdempotencyClaim): Database {
  let hasActed = false;
  return {
    ...db,
    async transaction(work) {
      if (hasActed) return db.transaction(work);
      const result = await db.transaction(async (tx) => {
        const worked = await work(tx);
        await act(tx, claim);
        return worked;
      });
      hasActed = true;
      return result;
    },
  };
}

async function act(tx: Sql, { actorId, key, claim }: IdempotencyClaim): Promise<void> {
  if ((await tx.query(ACT, [actorId, key, claim])).length === 0)
    throw new DomainError("CONFLICT", "Another request has this idempotency key now. Nothing was changed.");
}
