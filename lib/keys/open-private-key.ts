import type { JWK } from "jose";
import { DomainError } from "../errors.ts";
import type { KeyWrapper } from "./key-wrapper.ts";

/**
 * The private JWK of a key, for signing in this process.
 *
 * @throws {DomainError} SEALED where the master key does not open it, CONFLICT where it was destroyed.
 */
export async function openPrivateKey(
  key: { kid: string; privateWrapped: Uint8Array | null },
  wrapper: KeyWrapper,
): Promise<JWK> {
  if (key.privateWrapped === null)
    throw new DomainError("CONFLICT", "This signing key was destroyed.", { detail: key.kid });
  const plain = await wrapper.unwrap(key.privateWrapped, key.kid);
  try {
    return JSON.parse(plain.toString("utf8")) as JWK;
  } finally {
    plain.fill(0);
  }
}
