import { createHash, hash } from "node:crypto";
import { ERASED_NAME } from "../erasures/model.ts";

/** A row of `audit_entry` as its leaf has it. Salt and hashes are in hexadecimal. */
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
  /** Of 16 bytes: `entry/1`. Of 48: `entry/2`, 16 for each part. Of 33: of `entry/1` and erased, the leaf after a byte 1. */
  salt: string;
  /** The chain's head as the entry left it; null from before there were seals. */
  chainHash: string | null;
  /** Of each part that was erased: what it hashed to. */
  actorHash: string | null;
  targetHash: string | null;
  contentHash: string | null;
};

/** What of an entry is personal, in parts that are erased apart. */
export const ENTRY_PARTS = ["actor", "target", "content"] as const;
export type EntryPart = (typeof ENTRY_PARTS)[number];

const PART_DIGITS = 32;
const WHOLE_DIGITS = ENTRY_PARTS.length * PART_DIGITS;
const HASH_DIGITS = 64;
const BARE = "01";

/** JSON as PostgreSQL writes an array, with a space after each comma. */
function arrayText(parts: readonly unknown[]): string {
  return `[${parts.map((part) => JSON.stringify(part)).join(", ")}]`;
}

type PartOf = { hash: string | null; isGone: boolean; values: (string | null)[] };

function partOf(entry: ChainedEntry, part: EntryPart): PartOf {
  const { actorName, ip, userAgent, targetName, note, before, after } = entry;
  switch (part) {
    case "actor":
      return {
        hash: entry.actorHash,
        isGone: actorName === ERASED_NAME && ip === null && userAgent === null,
        values: [actorName, ip, userAgent],
      };
    case "target":
      return { hash: entry.targetHash, isGone: targetName === ERASED_NAME, values: [targetName] };
    case "content":
      return {
        hash: entry.contentHash,
        isGone: note === null && before === null && after === null,
        values: [note, before, after],
      };
  }
}

/** The hash of a part: kept where it was erased and nothing is written in its place, else made. */
function partHash(entry: ChainedEntry, part: EntryPart): string {
  const { hash: kept, isGone, values } = partOf(entry, part);
  if (kept !== null && isGone) return kept;
  const from = ENTRY_PARTS.indexOf(part) * PART_DIGITS;
  const salt = entry.salt.slice(from, from + PART_DIGITS);
  return hash("sha256", arrayText([`entry/2 ${part}`, salt, ...values]), "hex");
}

/** What of an entry is otherwise once parts of it are erased: the leaf stays what it is. One of `entry/1` has no parts: its leaf takes the place of its salt. */
export function eraseParts(entry: ChainedEntry, parts: readonly EntryPart[]): ChainedEntry {
  const erased = { ...entry };
  const isSecond = entry.salt.length === WHOLE_DIGITS;
  if (!isSecond && !isBareEntry(entry)) erased.salt = `${BARE}${entryLeaf(entry).toString("hex")}`;
  for (const part of parts) {
    const hashed = isSecond ? partHash(entry, part) : null;
    const from = ENTRY_PARTS.indexOf(part) * PART_DIGITS;
    if (isSecond)
      erased.salt = `${erased.salt.slice(0, from)}${"0".repeat(PART_DIGITS)}${erased.salt.slice(from + PART_DIGITS)}`;
    if (part === "actor")
      Object.assign(erased, { actorName: ERASED_NAME, ip: null, userAgent: null, actorHash: hashed });
    else if (part === "target") Object.assign(erased, { targetName: ERASED_NAME, targetHash: hashed });
    else Object.assign(erased, { note: null, before: null, after: null, contentHash: hashed });
  }
  return erased;
}

/** Which parts of an entry say that they were erased; `bare`: of one of `entry/1`, of which nothing proves what it still says. */
export function erasedPartsOf(entry: ChainedEntry): (EntryPart | "bare")[] {
  if (isBareEntry(entry)) return ["bare"];
  return ENTRY_PARTS.filter((part) => partOf(entry, part).hash !== null);
}

/** Whether an entry of `entry/1` was erased: it has its leaf in place of its salt, and nothing proves what it says. */
export function isBareEntry({ salt }: ChainedEntry): boolean {
  return salt.length === BARE.length + HASH_DIGITS && salt.startsWith(BARE);
}

/** The twin of `audit_entry_leaf` in the schema. An entry of which something was erased has the leaf that it had. */
export function entryLeaf(entry: ChainedEntry): Buffer {
  if (isBareEntry(entry)) return Buffer.from(entry.salt.slice(BARE.length), "hex");
  const text = entry.salt.length === WHOLE_DIGITS ? secondText(entry) : firstText(entry);
  return hash("sha256", text, "buffer");
}

/** What a leaf of `entry/1` is made of: of entries from before `entry/2`. */
function firstText(entry: ChainedEntry): string {
  return arrayText([
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
  ]);
}

/** What a leaf of `entry/2` is made of: what stays as evidence, and the hashes of what is personal. */
function secondText(entry: ChainedEntry): string {
  return arrayText([
    "entry/2",
    entry.id,
    entry.at.getTime(),
    entry.actorKind,
    entry.actorId,
    entry.act,
    entry.outcome,
    entry.errorCode,
    entry.targetKind,
    entry.targetId,
    entry.reason,
    entry.requestId,
    ...ENTRY_PARTS.map((part) => partHash(entry, part)),
  ]);
}

/** The twin of `audit_chain_step`: the chain's head after an entry. */
export function chainStep(previous: Buffer, sequence: bigint, leaf: Buffer): Buffer {
  const place = Buffer.allocUnsafe(8);
  place.writeBigInt64BE(sequence);
  return createHash("sha256").update("\u0002").update(previous).update(place).update(leaf).digest();
}
