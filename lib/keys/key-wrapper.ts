import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { DomainError } from "../errors.ts";

/**
 * Wraps private keys for the database. The master key in the environment is one way to do it; a PKCS#11 token or a cloud KMS is another.
 * `kid` is bound to the result: what was wrapped for one key opens for no other.
 */
export type KeyWrapper = {
  wrap(plain: Buffer, kid: string): Promise<Buffer>;
  /** @throws {DomainError} SEALED where the wrapped key does not open. */
  unwrap(wrapped: Uint8Array, kid: string): Promise<Buffer>;
};

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

function sealed(kid: string, cause?: unknown): DomainError {
  return new DomainError(
    "SEALED",
    "The master key does not open the signing keys in the database. Start with the MASTER_KEY that they were made with; nothing was changed.",
    { detail: `signing key ${kid}`, cause },
  );
}

/** AES-256-GCM under the master key of 32 bytes: version byte, nonce, tag, ciphertext; the kid is authenticated with it. */
export function createKeyWrapper(masterKey: Buffer): KeyWrapper {
  if (masterKey.length !== 32) throw new DomainError("SEALED", "The master key must have 32 bytes.");
  return {
    async wrap(plain, kid) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", masterKey, nonce).setAAD(Buffer.from(kid));
      const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), ciphertext]);
    },
    async unwrap(wrapped, kid) {
      if (wrapped.length <= HEADER_BYTES || wrapped[0] !== VERSION) throw sealed(kid);
      try {
        const nonce = wrapped.subarray(1, 1 + NONCE_BYTES);
        const tag = wrapped.subarray(1 + NONCE_BYTES, HEADER_BYTES);
        const decipher = createDecipheriv("aes-256-gcm", masterKey, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(kid)).setAuthTag(tag);
        return Buffer.concat([decipher.update(wrapped.subarray(HEADER_BYTES)), decipher.final()]);
      } catch (cause) {
        throw sealed(kid, cause);
      }
    },
  };
}
