import { activeKey } from "../keys/active-key.ts";
import { createJwtSigner, type JwtSigner } from "../keys/jwt-signer.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { openPrivateKey } from "../keys/open-private-key.ts";
import type { RegistryKey } from "../registry/snapshot.ts";

/** What a batch and a part of a snapshot say that they are. */
const FEED_TYP = "tokenwarden-feed+jwt";
/** What a verifier's statement says that it is. */
const STATEMENT_TYP = "tokenwarden-verifier+jwt";
/** For whom batches and snapshots are: every verifier. */
export const FEED_AUDIENCE = "tokenwarden-feed";

export type FeedSigner = { batch: JwtSigner; statement: JwtSigner };

/**
 * Opens the key that signs the feed.
 *
 * @throws {DomainError} SEALED where the master key does not open it; an Error where there is none.
 * @see RFC 7515
 */
export async function openFeedSigner(keys: readonly RegistryKey[], wrapper: KeyWrapper): Promise<FeedSigner> {
  const key = activeKey(keys, "feed");
  const privateJwk = await openPrivateKey(key, wrapper);
  const signer = (typ: string) => createJwtSigner(privateJwk, { alg: key.algorithm, typ, kid: key.kid });
  return { batch: await signer(FEED_TYP), statement: await signer(STATEMENT_TYP) };
}
