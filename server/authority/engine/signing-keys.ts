import type { JWK } from "jose";
import { activeKey } from "#lib/keys/active-key.ts";
import { createJwtSigner, type JwtSigner } from "#lib/keys/jwt-signer.ts";
import type { KeyWrapper } from "#lib/keys/key-wrapper.ts";
import type { KeyAlgorithm } from "#lib/keys/model.ts";
import { openPrivateKey } from "#lib/keys/open-private-key.ts";
import type { RegistryKey } from "#lib/registry/snapshot.ts";

/** The keys of one key-set version, opened for signing in this process. */
export type SigningKeys = {
  /** Signs an access token's claims. @see RFC 9068 section 2.1 */
  signAccessToken: JwtSigner;
  accessTokenKid: string;
  /**
   * Private JWKs for ID tokens, the active one first. The others only verify: what was signed before, and what an authority signed that heard of a
   * turn earlier. Their algorithms stand in the metadata, so that a client knows one before it meets it.
   */
  idTokenJwks: JWK[];
  /** What ID tokens are signed with. */
  idTokenAlgorithm: KeyAlgorithm;
};

/**
 * Opens what the engine signs with.
 *
 * @throws {DomainError} SEALED where the master key does not open a key; an Error where a purpose has no active key.
 */
export async function openSigningKeys(
  keys: readonly RegistryKey[],
  wrapper: KeyWrapper,
): Promise<SigningKeys> {
  const access = activeKey(keys, "access_token");
  const activeId = activeKey(keys, "id_token");
  const otherIds = ["standby", "retiring"].flatMap((state) =>
    keys.filter((key) => key.purpose === "id_token" && key.state === state),
  );
  const idTokenJwks = await Promise.all([activeId, ...otherIds].map((key) => openPrivateKey(key, wrapper)));
  const signAccessToken = await createJwtSigner(await openPrivateKey(access, wrapper), {
    alg: access.algorithm,
    typ: "at+jwt",
    kid: access.kid,
  });
  return {
    accessTokenKid: access.kid,
    idTokenJwks,
    idTokenAlgorithm: activeId.algorithm as KeyAlgorithm,
    signAccessToken,
  };
}
