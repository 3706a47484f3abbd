import { createHash, hash } from "node:crypto";

/** A row of `audit_entry` as its leaf has it. */
export type ChainedEntry = {
  id: string;
  sequence: bigint;
  at: Date;
  actorKind: string;
  actorId: string;
  actorName: string;
  act: string;
  outcome: string;
  errorCode: string | null;
  targetKind: string;
  targetId: string;
  targetName: string;
  reason: string | null;
  note: string | null;
  /** As the database writes its jsonb. */
  before: string | null;
  after: string | null;
  requestId: string;
  ip: string | null;
  userAgent: string | null;
  /** In hexadecimal. */
  salt: string;
  /** The chain's head as the entry left it, in hexadecimal; null from before there were seals. */
  chainHash: string | null;
};

/** The twin of `audit_entry_leaf` in the schema: JSON as PostgreSQL writes an array, with a space after each comma. */
export function entryLeaf(entry: ChainedEntry): Buffer {
  const parts = [
    "entry/1",
    entry.id,
    entry.at.getTime(),
    entry.actorKind,
    entry.actorId,
    entry.actorName,
    entry.act,
    entry.outcome,
    entry.errorCode,
    entry.targetKind,
    entry.targetId,
    entry.targetName,
    entry.reason,
    entry.note,
    entry.before,
    entry.after,
    entry.requestId,
    entry.ip,
    entry.userAgent,
    entry.salt,
  ];
  return hash("sha256", `[${parts.map((part) => JSON.stringify(part)).join(", ")}]`, "buffer");
}

/** The twin of `audit_chain_step`: the chain's head after an entry. */
export function chainStep(previous: Buffer, sequence: bigint, leaf: Buffer): Buffer {
  const place = Buffer.allocUnsafe(8);
  place.writeBigInt64BE(sequence);
  return createHash("sha256").update("\u0002").update(previous).update(place).update(leaf).digest();
}
