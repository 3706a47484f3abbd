import { decodeProtectedHeader, errors, jwtVerify } from "jose";
import { type RefusalCode, VerifierError } from "./errors.ts";
import type { KeySet } from "./key-set.ts";
import { KnownSignatures } from "./known-signatures.ts";
import type { Settings } from "./options.ts";
import { tokenOf, type VerifiedToken } from "./verified-token.ts";

/** Headers by which a token would bring its own key, or ask for what is not understood. */
const UNTRUSTED_HEADERS = ["jwk", "jku", "x5u", "x5c", "x5t", "crit", "zip", "b64", "p2c", "p2s", "epk"];
const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

const WORDS: Partial<Record<RefusalCode, string>> = {
  malformed: "It is no access token.",
  wrong_key: "It names a key that does not sign tokens.",
  bad_signature: "Its signature is not good.",
  issuer: "It is another issuer's.",
  audience: "It is for another audience.",
  expired: "It has expired.",
  not_yet_valid: "It is not valid yet.",
};

/** A refusal, with the token's id where its signature was good: only then is it the authority's. */
export class JwtRefusal extends VerifierError {
  readonly tokenId: string | null;
  constructor(code: RefusalCode, tokenId: string | null, cause?: unknown) {
    super(code, WORDS[code] ?? code, { cause });
    this.tokenId = tokenId;
  }
}

function codeOf(error: errors.JOSEError): RefusalCode | null {
  if (error instanceof errors.JWTExpired) return "expired";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "iss") return "issuer";
    if (error.claim === "aud") return "audience";
    return error.claim === "nbf" && error.reason === "check_failed" ? "not_yet_valid" : "malformed";
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return "bad_signature";
  if (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported
  )
    return "wrong_key";
  return error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid ? "malformed" : null;
}

function tokenIdOf(error: unknown): string | null {
  const isSigned = error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed;
  const id = isSigned && error.payload !== undefined ? error.payload.jti : undefined;
  return typeof id === "string" ? id : null;
}

export type ReadJwt = { token: VerifiedToken; signingKey: string };

/**
 * Checks a JWT by itself: shape, type, algorithm, signature, issuer, audience, times. Asks nobody but for keys, and never where the token says.
 *
 * @see RFC 9068 section 4, RFC 8725
 */
export function createJwtReader(settings: Settings, keys: Pick<KeySet, "get" | "generation">) {
  const { issuer, audiences, clockToleranceSeconds } = settings;
  const algorithms = settings.algorithms.includes("EdDSA")
    ? [...settings.algorithms, "Ed25519"]
    : settings.algorithms;
  const known = new KnownSignatures();

  function signingKeyOf(value: string): string {
    if (!JWT.test(value)) throw new JwtRefusal("malformed", null);
    let header: Record<string, unknown>;
    try {
      header = decodeProtectedHeader(value) as Record<string, unknown>;
    } catch (cause) {
      throw new JwtRefusal("malformed", null, cause);
    }
    const { typ, kid } = header;
    if (typ !== "at+jwt" || UNTRUSTED_HEADERS.some((name) => header[name] !== undefined))
      throw new JwtRefusal("malformed", null);
    if (typeof kid !== "string" || kid === "" || kid.length > 128) throw new JwtRefusal("wrong_key", null);
    return kid;
  }

  async function claimsOf(value: string): Promise<Record<string, unknown>> {
    // read before the check: a key that leaves while it goes on must not be remembered as one of those that are there then
    const { generation } = keys;
    const again = known.claimsOf(value, generation, clockToleranceSeconds);
    if (again !== null) return again;
    const { payload } = await jwtVerify(value, keys.get, {
      algorithms,
      issuer,
      audience: audiences,
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ["exp", "iat", "sub", "jti", "client_id"],
    });
    known.add(value, generation, payload);
    return payload;
  }

  /** @throws {JwtRefusal} for a token that is not good, {VerifierError} `unavailable` where the keys cannot be had. */
  return async function readJwt(value: string): Promise<ReadJwt> {
    const signingKey = signingKeyOf(value);
    let claims: Record<string, unknown>;
    try {
      claims = await claimsOf(value);
    } catch (cause) {
      const code = cause instanceof errors.JOSEError ? codeOf(cause) : null;
      if (code !== null) throw new JwtRefusal(code, tokenIdOf(cause), cause);
      if (cause instanceof VerifierError) throw cause;
      throw new VerifierError("unavailable", "The authority's keys cannot be had at the moment.", { cause });
    }
    const token = tokenOf(claims, "jwt");
    if (token.issuedAt.getTime() > Date.now() + clockToleranceSeconds * 1_000)
      throw new JwtRefusal("not_yet_valid", token.id);
    return { token, signingKey };
  };
}
