import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";

/**
 * Seals what the protocol engine keeps between two requests. Some of it is as good as a credential (cookies of an interaction, an id_token_hint,
 * a pushed request), so none of it stands in the database in the clear. Sealed rows open only in their own place.
 */
export type StateSeal = {
  seal(payload: Record<string, unknown>, place: string): { v: typeof VERSION; sealed: string };
  /** Null where the row was sealed under another secret, moved or changed: as if it were not there. */
  open(stored: unknown, place: string): Record<string, unknown> | null;
  /** What a short code is kept as: a plain hash of one would be found by trying all there are. */
  digest(code: string): string;
};

/** Sealed under a key of the master key itself, before there was a root secret. */
export const VERSION_OF_MASTER_KEY = 1;
const VERSION = 2;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const derive = (secret: Buffer, info: string) => Buffer.from(hkdfSync("sha256", secret, "", info, 32));
const stateKey = (secret: Buffer) => derive(secret, "tokenwarden protocol state v1");

function opened(key: Buffer, bytes: Buffer, place: string): Record<string, unknown> | null {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const text = Buffer.concat([
      decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)),
      decipher.final(),
    ]).toString("utf8");
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/**
 * AES-256-GCM and HMAC-SHA-256 under keys of their own, derived from the root secret by HKDF-SHA-256. What was sealed before there was one opens by
 * the master keys.
 */
export function createStateSeal(root: Buffer, masterKeys: readonly Buffer[] = []): StateSeal {
  const key = stateKey(root);
  const codeKey = derive(root, "tokenwarden user codes v1");
  const keysOf = new Map<unknown, Buffer[]>([
    [VERSION, [key]],
    [VERSION_OF_MASTER_KEY, masterKeys.map(stateKey)],
  ]);
  return {
    digest: (code) => createHmac("sha256", codeKey).update(code).digest("base64url"),
    seal(payload, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(place));
      const ciphertext = Buffer.concat([cipher.update(JSON.stringify(payload), "utf8"), cipher.final()]);
      return {
        v: VERSION,
        sealed: Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString("base64url"),
      };
    },
    open(stored, place) {
      const { v, sealed } = (stored ?? {}) as { v?: unknown; sealed?: unknown };
      const keys = keysOf.get(v);
      if (keys === undefined || typeof sealed !== "string") return null;
      const bytes = Buffer.from(sealed, "base64url");
      if (bytes.length <= NONCE_BYTES + TAG_BYTES) return null;
      for (const one of keys) {
        const payload = opened(one, bytes, place);
        if (payload !== null) return payload;
      }
      return null;
    },
  };
}
