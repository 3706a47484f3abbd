import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import type { KeyWrapper } from "./key-wrapper.ts";
import type { KeyAlgorithm } from "./model.ts";

export type GeneratedKey = { kid: string; publicJwk: JWK; privateWrapped: Buffer };

/**
 * As hard to break as P-256 and Ed25519: 128 bits. jose's own 2048 are 112, which end in 2030.
 * @see NIST SP 800-57 part 1 revision 5, tables 2 and 4
 */
export const RSA_MODULUS_BITS = 3_072;

const PRIVATE_MEMBERS = new Set(["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"]);

/** A JWK without anything that must stay secret. */
export function publicMembers(jwk: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(jwk).filter(([name]) => !PRIVATE_MEMBERS.has(name)));
}

/** A new key pair; the private half comes wrapped. `kid`: the algorithm and the start of the RFC 7638 thumbprint. */
export async function generateKey(algorithm: KeyAlgorithm, wrapper: KeyWrapper): Promise<GeneratedKey> {
  const pair = await generateKeyPair(algorithm, {
    extractable: true,
    modulusLength: RSA_MODULUS_BITS,
  });
  const privateJwk = await exportJWK(pair.privateKey);
  const thumbprint = await calculateJwkThumbprint(privateJwk, "sha256");
  const kid = `${algorithm.toLowerCase()}-${thumbprint.slice(0, 16)}`;
  const publicJwk = { ...publicMembers(privateJwk), kid, alg: algorithm, use: "sig" } as JWK;
  const plain = Buffer.from(JSON.stringify({ ...privateJwk, kid, alg: algorithm, use: "sig" }));
  const privateWrapped = await wrapper.wrap(plain, kid);
  plain.fill(0);
  return { kid, publicJwk, privateWrapped };
}
