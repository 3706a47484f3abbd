import { publicMembers } from "./generate-key.ts";
import { isPublished } from "./model.ts";

/** A key as the registry holds it, as far as the JWKS needs it. */
export type PublishableKey = {
  kid: string;
  algorithm: string;
  state: string;
  publicJwk: Record<string, unknown>;
};

/**
 * The JWKS: every key that signs, is about to, or may still stand over something that lives. Retired, compromised and destroyed keys
 * are not in it, private members never.
 * @see RFC 7517 section 5
 */
export function publicJwks(keys: readonly PublishableKey[]): { keys: Record<string, unknown>[] } {
  return {
    keys: keys.filter((key) => isPublished(key.state)).map(publicMember),
  };
}

/** A key as a key set has it. */
export function publicMember({ publicJwk, kid, algorithm }: PublishableKey): Record<string, unknown> {
  return { ...publicMembers(publicJwk), kid, alg: algorithm, use: "sig" };
}
