import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";

/**
 * Seals what the protocol engine keeps between two requests. Some of it is as good as a credential (cookies of an interaction, an id_token_hint,
 * a pushed request), so none of it stands in the database in the clear. Sealed rows open only in their own place.
 */
export type StateSeal = {
  seal(payload: Record<string, unknown>, place: string): { v: 1; sealed: string };
  /** Null where the row was sealed under another master key, moved or changed: as if it were not there. */
  open(stored: unknown, place: string): Record<string, unknown> | null;
  /** What a short code is kept as: a plain hash of one would be found by trying all there are. */
  digest(code: string): string;
};

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM and HMAC-SHA-256 under keys of their own, derived from the master key by HKDF-SHA-256. */
export function createStateSeal(masterKey: Buffer): StateSeal {
  const key = Buffer.from(hkdfSync("sha256", masterKey, "", "tokenwarden protocol state v1", 32));
  const codeKey = Buffer.from(hkdfSync("sha256", masterKey, "", "tokenwarden user codes v1", 32));
  return {
    digest: (code) => createHmac("sha256", codeKey).update(code).digest("base64url"),
    seal(payload, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(place));
      const ciphertext = Buffer.concat([cipher.update(JSON.stringify(payload), "utf8"), cipher.final()]);
      return { v: 1, sealed: Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString("base64url") };
    },
    open(stored, place) {
      const { v, sealed } = (stored ?? {}) as { v?: unknown; sealed?: unknown };
      if (v !== 1 || typeof sealed !== "string") return null;
      const bytes = Buffer.from(sealed, "base64url");
      if (bytes.length <= NONCE_BYTES + TAG_BYTES) return null;
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
    },
  };
}
