import { recordEntry } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import { uuidv7 } from "../ids.ts";
import { generateKey } from "./generate-key.ts";
import type { KeyWrapper } from "./key-wrapper.ts";
import { DEFAULT_ALGORITHM, KEY_PURPOSES } from "./model.ts";

/**
 * Makes one active key for each purpose that has none, and nothing where all have; at every start of an authority or worker.
 * Any number of processes may do so at once: the database lets one key of a purpose be active, and whoever comes second makes none.
 * Recorded as `key.created` and `key.activated`.
 *
 * @returns the kids that were made.
 * @throws {DomainError} SEALED where the master key does not open a key that is there; then nothing is made.
 */
export async function ensureKeys(ctx: SqlContext, wrapper: KeyWrapper): Promise<string[]> {
  const held = await ctx.db.query<{
    kid: string;
    purpose: string;
    state: string;
    privateWrapped: Buffer | null;
  }>(
    `SELECT kid, purpose, state, private_wrapped AS "privateWrapped" FROM signing_key WHERE private_wrapped IS NOT NULL`,
  );
  for (const key of held) if (key.privateWrapped !== null) await wrapper.unwrap(key.privateWrapped, key.kid);
  const provided = new Set(held.filter((key) => key.state === "active").map((key) => key.purpose));
  const missing = KEY_PURPOSES.filter((purpose) => !provided.has(purpose));
  if (missing.length === 0) return [];

  const made = await Promise.all(
    missing.map(async (purpose) => ({
      purpose,
      algorithm: DEFAULT_ALGORITHM[purpose],
      ...(await generateKey(DEFAULT_ALGORITHM[purpose], wrapper)),
    })),
  );
  return ctx.db.transaction(async (tx) => {
    const inserted: typeof made = [];
    for (const key of made) {
      const rows = await tx.query<{ kid: string }>(
        `INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at, activated_at)
         VALUES ($1::uuid, $2::text, $3::text, $4::text, 'active', $5::jsonb, $6::bytea, $7::timestamptz, $7::timestamptz)
         ON CONFLICT (purpose) WHERE state = 'active' DO NOTHING RETURNING kid`,
        [
          uuidv7(ctx.now),
          key.kid,
          key.purpose,
          key.algorithm,
          JSON.stringify(key.publicJwk),
          key.privateWrapped,
          ctx.now,
        ],
      );
      if (rows.length > 0) inserted.push(key);
    }
    for (const key of inserted) {
      const target = { kind: "signing_key", id: key.kid, name: key.kid };
      const after = { purpose: key.purpose, algorithm: key.algorithm };
      await recordEntry(tx, ctx, { act: "key.created", target, after });
      await recordEntry(tx, ctx, { act: "key.activated", target, after: { ...after, state: "active" } });
    }
    return inserted.map((key) => key.kid);
  });
}
