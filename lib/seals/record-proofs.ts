import { z } from "zod";
import { entryLine, sealLine, useLine } from "./evidence-file.ts";

const hash = z.string().regex(/^[0-9a-f]{64}$/);
/** From a leaf to the root of its tree; no tree is deeper. */
const way = z.strictObject({
  index: z.int().nonnegative(),
  size: z.int().positive(),
  path: z.array(hash).max(64),
});

/** Why a record is listed without a proof. */
export const WHY_UNPROVED = [
  "unsealed",
  "unsigned",
  "before",
  "costly",
  "gone",
  "erased",
  /** It is there, and it or what was sealed with it is not what was sealed. */
  "altered",
] as const;
export type WhyUnproved = (typeof WHY_UNPROVED)[number];
const why = z.enum(WHY_UNPROVED);

/**
 * What proves of single records that they stand in the log as it was sealed and signed, without the records of others: of those there are hashes alone.
 *
 * A use: its row as it was hashed, the way to the root of its flush, that flush's to the root of its seal, and the seals from there to one that a checkpoint names. Acts: a stretch of
 * their chain, from the head before it to one that a checkpoint names, a leaf each, with the entries themselves of those that are to be proved.
 */
export const recordProofs = z.strictObject({
  keys: z.array(z.strictObject({ kid: z.string(), alg: z.string(), jwk: z.record(z.string(), z.unknown()) })),
  /** JWS, in the order of their numbers. */
  checkpoints: z.array(z.string()),
  seals: z.array(sealLine),
  uses: z.array(
    z.strictObject({ use: useLine, seal: z.string().regex(/^\d{1,18}$/), inFlush: way, inSeal: way }),
  ),
  acts: z.array(
    z.strictObject({
      /** The sequence of the first leaf. */
      from: z.string().regex(/^\d{1,18}$/),
      /** The chain's head before it. */
      after: hash,
      leaves: z.array(hash).min(1),
      entries: z.array(entryLine),
    }),
  ),
  /** Those of the records that have no proof, and why; packs from before do not say. */
  unproved: z
    .strictObject({
      uses: z.array(z.strictObject({ id: z.string(), why })),
      acts: z.array(z.strictObject({ sequence: z.string().regex(/^\d{1,18}$/), why })),
    })
    .optional(),
});

/** As JSON has it. */
export type RecordProofs = z.input<typeof recordProofs>;
