import { createPrivateKey, sign } from "node:crypto";
import { importJWK, type JWK, SignJWT } from "jose";

/** The header of every JWT that a key signs. */
export type JwtHeader = { alg: string; typ: string; kid: string };

/** Signs a claims set. @see RFC 7515 section 7.1 */
export type JwtSigner = (claims: Record<string, unknown>) => Promise<string> | string;

function base64url(text: string): string {
  return Buffer.from(text, "utf8").toString("base64url");
}

/**
 * A signer of one key. ES256 signs in place by node:crypto: a job for jose's WebCrypto costs two changes of thread on top of the signature,
 * as much again as the signature itself. Every other algorithm is jose's.
 */
export async function createJwtSigner(privateJwk: JWK, header: JwtHeader): Promise<JwtSigner> {
  if (header.alg !== "ES256") {
    const key = await importJWK(privateJwk, header.alg);
    return (claims) => new SignJWT(claims).setProtectedHeader(header).sign(key);
  }
  if (privateJwk.kty !== "EC" || privateJwk.crv !== "P-256") throw new Error("ES256 signs with a P-256 key");
  const key = createPrivateKey({ key: privateJwk as Record<string, unknown>, format: "jwk" });
  const protectedHeader = base64url(JSON.stringify(header));
  return (claims) => {
    const input = `${protectedHeader}.${base64url(JSON.stringify(claims))}`;
    // RFC 7518 section 3.4: R and S as they are, not in DER
    const signature = sign("sha256", Buffer.from(input, "latin1"), { key, dsaEncoding: "ieee-p1363" });
    return `${input}.${signature.toString("base64url")}`;
  };
}
