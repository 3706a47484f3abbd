import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { DomainError } from "../errors.ts";
import { fixedMasterKeys, type MasterKeys, masterKeyId } from "./master-keys.ts";

/**
 * Wraps private keys, and other secrets that must be had again, for the database. Master keys of the environment or of a file are one way to do it; a
 * PKCS#11 token or a cloud KMS is another (docs/decisions/0040-key-algorithms.md). `label` is bound to the result: what was wrapped for one key opens
 * for no other.
 */
export type KeyWrapper = {
  /** @throws {DomainError} SEALED where another master key is in force than this process has. */
  wrap(plain: Buffer, label: string): Promise<Buffer>;
  /** @throws {DomainError} SEALED where the wrapped key does not open. */
  unwrap(wrapped: Uint8Array, label: string): Promise<Buffer>;
};

/** The id of the master key that everything in the database is wrapped under; null where nobody has said so yet. */
export type KeyIdInForce = () => Promise<string | null>;

/** Before a master key could be replaced: version byte, nonce, tag, ciphertext. */
const VERSION_WITHOUT_ID = 1;
/** Version byte, id of the master key, nonce, tag, ciphertext. */
const VERSION = 2;
const ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function sealed(label: string, cause?: unknown): DomainError {
  return new DomainError(
    "SEALED",
    "The master key does not open the signing keys in the database. Start with the MASTER_KEY that they were made with; nothing was changed.",
    { detail: label, cause },
  );
}

/** The id of the master key that something was wrapped under; null for what was wrapped before there were ids. */
export function wrappedUnder(wrapped: Uint8Array): string | null {
  return wrapped[0] === VERSION ? Buffer.from(wrapped.subarray(1, 1 + ID_BYTES)).toString("hex") : null;
}

function open(masterKey: Buffer, wrapped: Uint8Array, from: number, label: string): Buffer {
  const tagAt = from + NONCE_BYTES;
  const nonce = wrapped.subarray(from, tagAt);
  const decipher = createDecipheriv("aes-256-gcm", masterKey, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(label)).setAuthTag(wrapped.subarray(tagAt, tagAt + TAG_BYTES));
  return Buffer.concat([decipher.update(wrapped.subarray(tagAt + TAG_BYTES)), decipher.final()]);
}

/** Under one of some master keys, whichever it is. */
function openByAny(keys: readonly Buffer[], wrapped: Uint8Array, label: string): Buffer {
  const id = wrappedUnder(wrapped);
  const from = id === null ? 1 : 1 + ID_BYTES;
  const isWhole = wrapped.length > from + NONCE_BYTES + TAG_BYTES;
  if (!isWhole || (id === null && wrapped[0] !== VERSION_WITHOUT_ID)) throw sealed(label);
  let cause: unknown;
  for (const key of keys) {
    if (id !== null && masterKeyId(key) !== id) continue;
    try {
      return open(key, wrapped, from, label);
    } catch (error) {
      cause = error;
    }
  }
  throw sealed(label, cause);
}

/**
 * AES-256-GCM (NIST SP 800-38D, nonces of 96 random bits) under a master key of 32 bytes; the label is authenticated with it. Opens by each of the keys that this process has, and wraps under the
 * one that is in force: where nobody says which, under the first.
 */
export function createKeyWrapper(
  given: MasterKeys | Buffer,
  inForce: KeyIdInForce = async () => null,
): KeyWrapper {
  const masterKeys = Buffer.isBuffer(given) ? fixedMasterKeys(given) : given;
  if (masterKeys().some((key) => key.length !== 32))
    throw new DomainError("SEALED", "The master key must have 32 bytes.");
  return {
    async wrap(plain, label) {
      const wanted = await inForce();
      const keys = masterKeys();
      const masterKey = wanted === null ? keys[0] : keys.find((key) => masterKeyId(key) === wanted);
      if (masterKey === undefined) throw sealed(label);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", masterKey, nonce).setAAD(Buffer.from(label));
      const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
      const id = Buffer.from(masterKeyId(masterKey), "hex");
      return Buffer.concat([Buffer.of(VERSION), id, nonce, cipher.getAuthTag(), ciphertext]);
    },
    async unwrap(wrapped, label) {
      return openByAny(masterKeys(), wrapped, label);
    },
  };
}
