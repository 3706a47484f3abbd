import { randomBytes } from "node:crypto";
import type { Sql } from "../db/sql.ts";
import { type KeyWrapper, wrappedUnder } from "./key-wrapper.ts";

/** What the wrapped root secret is bound to. */
export const ROOT_LABEL = "root secret";

/** The id of the master key that everything in the database is wrapped under; null before the first authority. */
export async function readKeyIdInForce(db: Sql): Promise<string | null> {
  const [row] = await db.query<{ keyId: string }>(`SELECT key_id AS "keyId" FROM master_key WHERE id = 1`);
  return row?.keyId ?? null;
}

/**
 * The 32 bytes that sealed state and cookies are derived from. They are made once for a database, under the master key of whoever comes first: look
 * before that it opens the keys that are there. They stay when the master key is replaced, so that nobody's session ends.
 *
 * @throws {DomainError} SEALED where the master key does not open them.
 */
export async function openRootSecret(db: Sql, wrapper: KeyWrapper): Promise<Buffer> {
  const read = async () =>
    (await db.query<{ wrapped: Buffer }>("SELECT root_wrapped AS wrapped FROM master_key WHERE id = 1"))[0];
  let row = await read();
  if (row === undefined) {
    const wrapped = await wrapper.wrap(randomBytes(32), ROOT_LABEL);
    await db.query(
      "INSERT INTO master_key (id, key_id, root_wrapped) VALUES (1, $1::text, $2::bytea) ON CONFLICT (id) DO NOTHING",
      [wrappedUnder(wrapped), wrapped],
    );
    row = await read();
  }
  if (row === undefined) throw new Error("the root secret was not kept");
  return wrapper.unwrap(row.wrapped, ROOT_LABEL);
}
