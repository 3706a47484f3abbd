import type pg from "pg";
import { uuidv7 } from "#lib/ids.ts";
import { generateKey } from "#lib/keys/generate-key.ts";
import type { KeyWrapper } from "#lib/keys/key-wrapper.ts";
import type { SyntheticOrganisation } from "./synthetic-organisation.ts";

/**
 * The signing keys that the tokens name, made as the product makes them: the last one signs, those before it have retired. An authority that starts on the
 * data goes on with it.
 *
 * @returns their ids, in the order in which they signed.
 */
export async function insertKeys(
  db: pg.Client,
  organisation: SyntheticOrganisation,
  { from, until, wrapper }: { from: Date; until: Date; wrapper: KeyWrapper },
): Promise<string[]> {
  const span = until.getTime() - from.getTime();
  const at = (share: number) => new Date(from.getTime() + share * span);
  const kids: string[] = [];
  for (const began of organisation.keysFrom) {
    const { kid, publicJwk, privateWrapped } = await generateKey("ES256", wrapper);
    const before = kids.at(-1);
    if (before !== undefined) {
      await db.query("UPDATE signing_key SET state = 'retiring', retiring_at = $2 WHERE kid = $1", [
        before,
        at(began),
      ]);
      await db.query("UPDATE signing_key SET state = 'retired', retired_at = $2 WHERE kid = $1", [
        before,
        until,
      ]);
    }
    await db.query(
      `INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at, activated_at)
       VALUES ($1, $2, 'access_token', 'ES256', 'active', $3, $4, $5, $5)`,
      [uuidv7(at(began)), kid, JSON.stringify(publicJwk), privateWrapped, at(began)],
    );
    kids.push(kid);
  }
  return kids;
}
