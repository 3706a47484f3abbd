import { KEY_SET_MAX_BYTES, KEYS_MAX, type PublicJwk } from "./model.ts";

/** A JWK Set that cannot be used. `message` may be shown: it goes on "The key set …", and holds nothing of the set but names of its members. */
export class KeySetFault extends Error {
  override name = "KeySetFault";
}

/** Members that only private or symmetric keys have. @see RFC 7518 section 6, RFC 8037 section 2 */
const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];
const CURVES: Record<string, readonly string[]> = {
  EC: ["P-256", "P-384", "P-521"],
  OKP: ["Ed25519"],
};
const REQUIRED: Record<string, readonly string[]> = {
  EC: ["crv", "x", "y"],
  OKP: ["crv", "x"],
  RSA: ["n", "e"],
};
/** Bits of a modulus: what is shorter is broken, what is longer makes each check dear. */
const RSA_BITS = { least: 2_048, most: 8_192 };
const BASE64URL = /^[A-Za-z0-9_-]+$/;
const TEXT_MAX = 200;

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Null for a key that signs nothing we check: for encryption, or of a type that is not known. */
function parseKey(jwk: unknown, index: number): PublicJwk | null {
  const fault = (words: string) =>
    new KeySetFault(`has a key that cannot be used: number ${index + 1} ${words}`);
  if (!isPlain(jwk)) throw fault("is no object");
  for (const name of PRIVATE)
    if (jwk[name] !== undefined)
      throw new KeySetFault(
        `holds a private or symmetric key (number ${index + 1} has "${name}"): only public keys belong here. Take that key out of use`,
      );
  for (const name of ["kid", "alg", "use"])
    if (jwk[name] !== undefined && (typeof jwk[name] !== "string" || jwk[name].length > TEXT_MAX))
      throw fault(`has no readable "${name}"`);
  const { kty } = jwk;
  if (kty === "oct") throw new KeySetFault(`holds a symmetric key (number ${index + 1})`);
  const required = typeof kty === "string" && Object.hasOwn(REQUIRED, kty) ? REQUIRED[kty] : undefined;
  if (required === undefined || (jwk.use !== undefined && jwk.use !== "sig")) return null;
  for (const name of required)
    if (typeof jwk[name] !== "string" || (name !== "crv" && !BASE64URL.test(jwk[name])))
      throw fault(`lacks "${name}"`);
  if (kty !== "RSA") return CURVES[kty as string]?.includes(jwk.crv as string) ? (jwk as PublicJwk) : null;
  const bits = Buffer.from(jwk.n as string, "base64url").length * 8;
  if (bits < RSA_BITS.least || bits > RSA_BITS.most)
    throw fault(`is an RSA key of about ${bits} bits: from ${RSA_BITS.least} to ${RSA_BITS.most} are taken`);
  return jwk as PublicJwk;
}

/**
 * The public keys of a JWK Set by which signatures can be checked.
 *
 * @throws {KeySetFault} for one that is too large, holds anything private or symmetric, or no key that can be used.
 * @see RFC 7517 section 5
 */
export function parseKeySet(text: string | Record<string, unknown>): PublicJwk[] {
  const json = typeof text === "string" ? text : JSON.stringify(text);
  if (Buffer.byteLength(json) > KEY_SET_MAX_BYTES)
    throw new KeySetFault(`is larger than ${KEY_SET_MAX_BYTES / 1024} KB`);
  let set: unknown = text;
  if (typeof text === "string") {
    try {
      set = JSON.parse(text);
    } catch {
      throw new KeySetFault("is no JSON");
    }
  }
  const keys = isPlain(set) ? set.keys : undefined;
  if (!Array.isArray(keys)) throw new KeySetFault('has no list of "keys"');
  if (keys.length > KEYS_MAX) throw new KeySetFault(`has more than ${KEYS_MAX} keys`);
  const parsed = keys.map(parseKey).filter((key) => key !== null);
  if (parsed.length === 0)
    throw new KeySetFault(
      "has no key that can be used: EC on P-256, P-384 or P-521, Ed25519, or RSA, for signatures",
    );
  return parsed;
}
