import type { Sql } from "../db/sql.ts";
import { createJwtSigner, type JwtSigner } from "../keys/jwt-signer.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { openPrivateKey } from "../keys/open-private-key.ts";
import { SET_TYPE } from "./security-event-token.ts";

/** How long a key signs after it was last looked at: a rotation is followed within it. */
const MAX_AGE_MS = 5_000;

type KeyRecord = { kid: string; algorithm: string; privateWrapped: Buffer | null };

/**
 * Gives the signer of security event tokens: by the active key for the feed and events, whose public keys no resource server takes for those of access tokens.
 *
 * @throws where there is no such key: an authority makes one when it starts.
 */
export function createEventSigner(db: Sql, wrapper: KeyWrapper): () => Promise<JwtSigner> {
  let held: { kid: string; sign: JwtSigner } | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (held !== null && performance.now() - lookedAt < MAX_AGE_MS) return held.sign;
    const [key] = await db.query<KeyRecord>(
      `SELECT kid, algorithm, private_wrapped AS "privateWrapped" FROM signing_key
       WHERE purpose = 'feed' AND state = 'active' ORDER BY activated_at DESC, kid LIMIT 1`,
    );
    if (key === undefined) throw new Error("there is no active key for the feed and events");
    if (held?.kid !== key.kid) {
      const header = { alg: key.algorithm, typ: SET_TYPE, kid: key.kid };
      held = { kid: key.kid, sign: await createJwtSigner(await openPrivateKey(key, wrapper), header) };
    }
    lookedAt = performance.now();
    return held.sign;
  };
}
