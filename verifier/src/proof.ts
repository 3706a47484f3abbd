import { createHash } from "node:crypto";
import { calculateJwkThumbprint, decodeProtectedHeader, importJWK, type JWK, jwtVerify } from "jose";
import { VerifierError } from "./errors.ts";

const ALGORITHMS = ["ES256", "ES384", "ES512", "RS256", "PS256", "EdDSA", "Ed25519"];
/** Seconds that a proof is good, before and after its `iat`, beside the clock tolerance. */
const LIFETIME_SECONDS = 60;
const MAX_LENGTH = 8_192;
/** Proofs remembered so that none is good twice. */
const SEEN_MAX = 200_000;

/** How a token was presented: the values of the request's `DPoP` header, and its method and address without query. */
export type Presented = { proof: string; method: string; url: string };

/** `htu` as RFC 9449 section 4.3 compares it: without query and fragment, normalised. */
function addressOf(url: string): string | null {
  try {
    const { origin, pathname } = new URL(url);
    return origin + pathname;
  } catch {
    return null;
  }
}

const refuse = (why: string, cause?: unknown) => new VerifierError("proof_invalid", why, { cause });

/** Checks that whoever presents a token has the key that it is bound to. @see RFC 9449 section 4.3 and 7.1 */
export class ProofChecker {
  readonly #toleranceSeconds: number;
  /** Each proof, with the second from which on it would be too old anyway. In the order of receipt. */
  readonly #seen = new Map<string, number>();

  constructor(toleranceSeconds: number) {
    this.#toleranceSeconds = toleranceSeconds;
  }

  /**
   * @param thumbprint the token's `cnf.jkt`
   * @throws {VerifierError} `proof_invalid`
   */
  async check(token: string, thumbprint: string, presented: Presented): Promise<void> {
    const { proof, method, url } = presented;
    if (proof.length > MAX_LENGTH || proof.includes(",")) throw refuse("One proof of possession is sent.");
    let jwk: JWK;
    try {
      const header = decodeProtectedHeader(proof);
      jwk = header.jwk as JWK;
      if (typeof jwk !== "object" || jwk === null || "d" in jwk || "k" in jwk || jwk.kty === "oct")
        throw new Error("no public key");
      if (header.crit !== undefined || header.jku !== undefined || header.x5u !== undefined)
        throw new Error("a header that is not understood");
    } catch (cause) {
      throw refuse("The proof of possession cannot be read.", cause);
    }
    const payload = await this.#verify(proof, jwk);
    if ((await calculateJwkThumbprint(jwk, "sha256")) !== thumbprint)
      throw refuse("The proof is by another key than the token's.");
    const hash = createHash("sha256").update(token).digest("base64url");
    if (payload.ath !== hash) throw refuse("The proof is for another token.");
    if (payload.htm !== method) throw refuse("The proof is for another method.");
    const address = addressOf(url);
    if (address === null || typeof payload.htu !== "string" || addressOf(payload.htu) !== address)
      throw refuse("The proof is for another address.");
    this.#remember(`${thumbprint} ${payload.jti as string}`, payload.iat as number);
  }

  async #verify(proof: string, jwk: JWK): Promise<Record<string, unknown>> {
    const now = Date.now() / 1_000;
    try {
      const alg = decodeProtectedHeader(proof).alg as string;
      const { payload } = await jwtVerify(proof, await importJWK(jwk, alg), {
        algorithms: ALGORITHMS,
        typ: "dpop+jwt",
        requiredClaims: ["iat", "jti", "htm", "htu", "ath"],
        clockTolerance: this.#toleranceSeconds,
      });
      const iat = payload.iat as number;
      if (Math.abs(now - iat) > LIFETIME_SECONDS + this.#toleranceSeconds)
        throw new Error("its time is over");
      if (typeof payload.jti !== "string" || payload.jti === "" || payload.jti.length > 256)
        throw new Error("it has no id");
      return payload;
    } catch (cause) {
      throw refuse("The proof of possession is not good.", cause);
    }
  }

  #remember(id: string, iat: number): void {
    const now = Date.now() / 1_000;
    for (const [seen, until] of this.#seen) {
      if (until > now) break;
      this.#seen.delete(seen);
    }
    if (this.#seen.has(id)) throw refuse("The proof was used before.");
    if (this.#seen.size >= SEEN_MAX) throw new VerifierError("unavailable", "Too many proofs at once.");
    // iat may lie ahead of us by lifetime and tolerance
    this.#seen.set(id, Math.max(iat, now) + LIFETIME_SECONDS + this.#toleranceSeconds + 1);
  }
}
