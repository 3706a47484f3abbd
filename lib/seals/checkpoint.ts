import { hash } from "node:crypto";
import { compactVerify, importJWK, type JWK } from "jose";
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

/** A key as a JWKS has it. */
export type CheckpointKey = { kid: string; alg: string; jwk: JWK };

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
