import { hash } from "node:crypto";
import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from "jose";
import { z } from "zod";

/** What a checkpoint says that it is. */
export const CHECKPOINT_TYP = "tokenwarden-checkpoint+jwt";
/** What the first checkpoint has before it. */
export const NO_CHECKPOINT = "0".repeat(64);

const HEX_HASH = /^[0-9a-f]{64}$/;

const claims = z.strictObject({
  iss: z.string().optional(),
  /** Dense, from 1. */
  number: z.int().positive(),
  /** Milliseconds since the epoch. */
  at: z.int().nonnegative(),
  /** `checkpointHash` of the one before. */
  previous: z.string().regex(HEX_HASH),
  /** Of the chains that moved since the one before, and of some that did not. */
  heads: z.array(
    z.strictObject({
      chain: z.string(),
      sequence: z.int().positive(),
      hash: z.string().regex(HEX_HASH),
    }),
  ),
});

/** Where a chain ends. `hash` is in hexadecimal. */
export type ChainHead = { chain: string; sequence: bigint; hash: string };

export type Checkpoint = { number: bigint; at: Date; previous: string; heads: ChainHead[] };

/** A key as a JWKS has it; since when it is compromised, where that is known. */
export type CheckpointKey = { kid: string; alg: string; jwk: JWK; compromisedAt?: Date | undefined };

/** A clock may have been ahead when it signed: until so much later it counts as signed before the key was known to be compromised. */
const AHEAD_MS = 60_000;

/** By what the next checkpoint, and whoever keeps one elsewhere, knows it. */
export function checkpointHash(jws: string): string {
  return hash("sha256", jws, "hex");
}

export function checkpointClaims({ number, at, previous, heads }: Checkpoint): Record<string, unknown> {
  return {
    number: Number(number),
    at: at.getTime(),
    previous,
    heads: heads.map((head) => ({ ...head, sequence: Number(head.sequence) })),
  };
}

/** What a checkpoint says, whoever signed it; null where it says nothing that can be read. */
export function readCheckpoint(jws: string): Checkpoint | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString("utf8"));
    const { number, at, previous, heads } = claims.parse(payload);
    return {
      number: BigInt(number),
      at: new Date(at),
      previous,
      heads: heads.map((head) => ({ ...head, sequence: BigInt(head.sequence) })),
    };
  } catch {
    return null;
  }
}

/** Whether one of the keys signed it, with that key's own algorithm. @see RFC 7515, RFC 8725 section 3.1 */
export async function isSignedCheckpoint(jws: string, keys: readonly CheckpointKey[]): Promise<boolean> {
  try {
    await compactVerify(
      jws,
      (header) => {
        const key = keys.find(({ kid }) => kid === header.kid);
        if (key === undefined || key.alg !== header.alg || header.typ !== CHECKPOINT_TYP)
          throw new Error("no such key");
        return importJWK(key.jwk, key.alg);
      },
      { algorithms: [...new Set(keys.map(({ alg }) => alg))] },
    );
    return true;
  } catch {
    return false;
  }
}

/** The key that a checkpoint says that it is signed by, if it is among them. */
function signerOf(jws: string, keys: readonly CheckpointKey[]): CheckpointKey | undefined {
  const { kid } = decodeProtectedHeader(jws);
  return keys.find((key) => key.kid === kid);
}

/** What is wrong with who signed a checkpoint, as it goes on after "it is"; null where nothing is. */
export async function signatureFault(jws: string, keys: readonly CheckpointKey[]): Promise<string | null> {
  if (!(await isSignedCheckpoint(jws, keys))) return "not signed by a key that is known here";
  const since = signerOf(jws, keys)?.compromisedAt;
  const at = readCheckpoint(jws)?.at;
  if (since === undefined || at === undefined || at.getTime() <= since.getTime() + AHEAD_MS) return null;
  return `signed by a key that was compromised on ${since.toISOString()}, before it`;
}

/** A key that signed what holds, and was compromised since: whoever had it could have signed that too, with an earlier time. */
export type CompromisedSigner = { kid: string; since: Date };

/** Those of some signed checkpoints. */
export function compromisedSigners(
  signed: readonly string[],
  keys: readonly CheckpointKey[],
): CompromisedSigner[] {
  const found = new Map<string, CompromisedSigner>();
  for (const jws of signed) {
    const { kid, compromisedAt: since } = signerOf(jws, keys) ?? {};
    if (kid !== undefined && since !== undefined) found.set(kid, { kid, since });
  }
  return [...found.values()];
}
