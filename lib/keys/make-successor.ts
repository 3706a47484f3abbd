import type { Sql } from "../db/sql.ts";
import { generateKey } from "./generate-key.ts";
import type { NewKey } from "./insert-key.ts";
import type { KeyStanding } from "./key-standing.ts";
import type { KeyWrapper } from "./key-wrapper.ts";
import type { KeyAlgorithm } from "./model.ts";

/**
 * A key to take another's place, of the same purpose; nothing is written. Only a master key that opens the one before wraps it: else
 * nobody could sign with it.
 *
 * @throws {DomainError} SEALED
 */
export async function makeSuccessor(
  db: Sql,
  wrapper: KeyWrapper,
  { kid, purpose }: Pick<KeyStanding, "kid" | "purpose">,
  algorithm: KeyAlgorithm,
): Promise<NewKey> {
  const [row] = await db.query<{ wrapped: Buffer | null }>(
    "SELECT private_wrapped AS wrapped FROM signing_key WHERE kid = $1::text",
    [kid],
  );
  if (row?.wrapped) (await wrapper.unwrap(row.wrapped, kid)).fill(0);
  return { purpose, algorithm, ...(await generateKey(algorithm, wrapper)) };
}
