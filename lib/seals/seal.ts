import { hash } from "node:crypto";
import { HASH_BYTES } from "./merkle.ts";

/** What a chain's first seal has before it. */
export const NOTHING_BEFORE = Buffer.alloc(HASH_BYTES);

/** The name by which a checkpoint knows the chain of the admin log; the others go by their writers' ids. */
export const ADMIN_CHAIN = "admin";

/** What one writer wrote in about a second. */
export type Seal = {
  /** The writer's id. */
  chain: string;
  /** Dense, from 1. */
  sequence: bigint;
  /** Never before that of the seal before, or before any of its rows was received. */
  sealedAt: Date;
  /** `worker`: from what the database held after the writer was gone. */
  sealedBy: "writer" | "worker";
  /** The flushes from the first to the last belong to it, but for the open ones; so do those that were open in the seal before and are no more. */
  firstFlush: bigint;
  lastFlush: bigint;
  /** In ascending order. */
  openFlushes: readonly bigint[];
  receivedFrom: Date;
  receivedTo: Date;
  count: number;
  /** Over the leaves of its flushes, in ascending order. */
  root: Buffer;
  /** The hash of the seal before. */
  previous: Buffer;
  hash: Buffer;
};

/** SHA-256 over the JSON of all that a seal says. */
export function sealHash(seal: Omit<Seal, "hash">): Buffer {
  const { chain, sequence, sealedBy, firstFlush, lastFlush, openFlushes, count } = seal;
  const text =
    `["seal/1","${chain}",${sequence},${seal.sealedAt.getTime()},"${sealedBy}",${firstFlush},${lastFlush},[${openFlushes.join(",")}],` +
    `${seal.receivedFrom.getTime()},${seal.receivedTo.getTime()},${count},"${seal.root.toString("hex")}","${seal.previous.toString("hex")}"]`;
  return hash("sha256", text, "buffer");
}
