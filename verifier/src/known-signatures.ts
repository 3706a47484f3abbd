import { hash } from "node:crypto";

/** Tokens remembered; the least lately used ones go first. About 200 bytes each. */
const MAX_KNOWN = 5_000;

type Known = { generation: number; notBefore: number; expires: number };

/**
 * Tokens whose signature and claims were found good with the keys of now: a token that is used again costs a hash in the place of a signature check.
 * Times are looked at again each time, revocation and proof are not its affair. Holds hashes, never a token.
 */
export class KnownSignatures {
  readonly #known = new Map<string, Known>();
  readonly #max: number;

  constructor(max = MAX_KNOWN) {
    this.#max = max;
  }

  /** The claims of a token that is known and within its time (seconds since the epoch, with the tolerance), else null. `generation`: of the key set, now. */
  claimsOf(value: string, generation: number, tolerance: number): Record<string, unknown> | null {
    const key = keyOf(value);
    const known = this.#known.get(key);
    if (known === undefined) return null;
    this.#known.delete(key);
    const now = Math.floor(Date.now() / 1_000);
    if (known.generation !== generation || known.expires <= now - tolerance) return null;
    this.#known.set(key, known);
    if (known.notBefore > now + tolerance) return null;
    // of the very text that was signed, and anew each time: whoever asks may write into it
    const payload = value.slice(value.indexOf(".") + 1, value.lastIndexOf("."));
    return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  }

  /** Signature and claims of a token were good with the keys of a generation: the one before the check began. */
  add(value: string, generation: number, { exp, nbf }: { exp?: unknown; nbf?: unknown }): void {
    if (typeof exp !== "number") return;
    if (this.#known.size >= this.#max) this.#known.delete(this.#known.keys().next().value as string);
    const notBefore = typeof nbf === "number" ? nbf : Number.NEGATIVE_INFINITY;
    this.#known.set(keyOf(value), { generation, notBefore, expires: exp });
  }
}

function keyOf(value: string): string {
  return hash("sha256", value, "base64");
}
