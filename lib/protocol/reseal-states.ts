import type { SqlDatabase } from "../db/sql-database.ts";
import { type StateSeal, VERSION_OF_MASTER_KEY } from "./state-seal.ts";
import { place } from "./state-store.ts";

/** Rows that one statement looks at, sealed so or not: it ends in milliseconds, however large the table. */
const BATCH = 1_000;

/** `payload` is null where it was not sealed by a master key. */
type SealedRow = { model: string; idHash: Buffer; payload: unknown };

/**
 * Seals anew, under the root secret, what was sealed by a master key itself before there was a root: else it would end with that key. The table is
 * walked by its key; killed and run again, rows that were done are passed over. A row that changed meanwhile was sealed anew by whoever changed it.
 *
 * @returns how many rows were sealed anew.
 */
export async function resealStates(db: Pick<SqlDatabase, "query">, seal: StateSeal): Promise<number> {
  let count = 0;
  let [model, idHash]: [string, Buffer] = ["", Buffer.alloc(0)];
  for (;;) {
    const rows = await db.query<SealedRow>(
      `SELECT model, id_hash AS "idHash", CASE WHEN payload ->> 'v' = '${VERSION_OF_MASTER_KEY}' THEN payload END AS payload
       FROM protocol_state WHERE (model, id_hash) > ($1::text, $2::bytea) ORDER BY model, id_hash LIMIT ${BATCH}`,
      [model, idHash],
    );
    for (const row of rows) {
      if (row.payload === null) continue;
      const at = place(row.model, row.idHash);
      const payload = seal.open(row.payload, at);
      if (payload === null) continue;
      await db.query(
        `UPDATE protocol_state SET payload = $3::jsonb WHERE model = $1::text AND id_hash = $2::bytea AND payload = $4::jsonb`,
        [row.model, row.idHash, JSON.stringify(seal.seal(payload, at)), JSON.stringify(row.payload)],
      );
      count += 1;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return count;
    [model, idHash] = [last.model, last.idHash];
  }
}
