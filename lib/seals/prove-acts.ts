import type { Sql } from "../db/sql.ts";
import type { ChainHead } from "./checkpoint.ts";
import { type ChainedEntry, chainStep, entryLeaf, isBareEntry } from "./entry-leaf.ts";
import { evidenceText } from "./evidence-file.ts";
import { ENTRIES } from "./read-evidence.ts";
import type { RecordProofs, WhyUnproved } from "./record-proofs.ts";
import { ADMIN_CHAIN, NOTHING_BEFORE } from "./seal.ts";
import type { SignedHeads } from "./signed-heads.ts";

export type ActToProve = { sequence: bigint; at: Date };

/** Entries between an act and the checkpoint over it at most, and their hashes in all; `batch`: entries that are in memory at once. */
export type ActBounds = { stretch: number; leaves: number; batch: number };
export const ACT_BOUNDS: ActBounds = { stretch: 20_000, leaves: 100_000, batch: 2_000 };

const EARLIEST = NOTHING_BEFORE.toString("hex");

/** Entries of a part of the log in their order, `batch` in memory at once. */
async function* entriesOf(
  db: Sql,
  { from, to, batch }: { from: bigint; to: bigint; batch: number },
): AsyncGenerator<ChainedEntry> {
  let next = from;
  for (;;) {
    const entries = await db.query<ChainedEntry>(
      `${ENTRIES} WHERE sequence BETWEEN $1::bigint AND $2::bigint ORDER BY sequence LIMIT ${batch}`,
      [next, to],
    );
    yield* entries;
    const last = entries.at(-1);
    if (last === undefined || entries.length < batch) return;
    next = last.sequence + 1n;
  }
}

/** Why an entry is not there. Asked where it is missed, and not before: retention may have taken it since. */
async function whyMissing(db: Sql, sequence: bigint): Promise<WhyUnproved> {
  const gone = await db.query("SELECT FROM purged_acts WHERE through >= $1::bigint LIMIT 1", [sequence]);
  return gone.length > 0 ? "gone" : "altered";
}

/** Why an entry does not follow from the one that was read before it; null where it does. */
async function whyBroken(
  db: Sql,
  entry: ChainedEntry,
  before: ChainedEntry | null,
): Promise<WhyUnproved | null> {
  const { sequence, chainHash } = entry;
  if (sequence > 1n && before?.sequence !== sequence - 1n) return whyMissing(db, sequence - 1n);
  const head = sequence === 1n ? EARLIEST : (before?.chainHash ?? null);
  if (chainHash === null || head === null) return "before";
  const step = chainStep(Buffer.from(head, "hex"), sequence, entryLeaf(entry));
  return step.toString("hex") === chainHash ? null : "altered";
}

type Proved = { stretch: RecordProofs["acts"][number] | null; unproved: Map<bigint, WhyUnproved> };

/** The stretch of the acts' chain up to the head in a checkpoint that proves some acts. It begins after the last entry that is not what was chained: nothing leads past that. */
async function stretchTo(
  db: Sql,
  head: ChainHead,
  { sequences, batch }: { sequences: readonly bigint[]; batch: number },
): Promise<Proved> {
  const wanted = new Set(sequences);
  const unproved = new Map<bigint, WhyUnproved>();
  const giveUp = (through: bigint, why: WhyUnproved) => {
    for (const sequence of sequences)
      if (sequence <= through && !unproved.has(sequence)) unproved.set(sequence, why);
  };
  const [first = head.sequence] = sequences.toSorted((one, other) => Number(one - other));
  let before: ChainedEntry | null = null;
  let stretch = { from: String(first), after: EARLIEST, leaves: [] as string[] };
  let entries: ChainedEntry[] = [];
  for await (const entry of entriesOf(db, { from: first - 1n, to: head.sequence, batch })) {
    if (entry.sequence < first) stretch.after = entry.chainHash ?? EARLIEST;
    else {
      const why = await whyBroken(db, entry, before);
      if (why === null) {
        stretch.leaves.push(entryLeaf(entry).toString("hex"));
        if (wanted.has(entry.sequence)) entries.push(entry);
      } else {
        giveUp(entry.sequence, why);
        stretch = { from: String(entry.sequence + 1n), after: entry.chainHash ?? EARLIEST, leaves: [] };
        entries = [];
      }
    }
    before = entry;
  }
  if (before?.sequence !== head.sequence || before.chainHash !== head.hash) {
    const isThere = before?.sequence === head.sequence;
    giveUp(head.sequence, isThere ? "altered" : await whyMissing(db, head.sequence));
    return { stretch: null, unproved };
  }
  for (const bare of entries.filter(isBareEntry)) unproved.set(bare.sequence, "erased");
  const whole = entries.filter((entry) => !isBareEntry(entry));
  if (whole.length === 0) return { stretch: null, unproved };
  const proved = whole.map((entry) => JSON.parse(evidenceText("entry", entry)));
  return { stretch: { ...stretch, entries: proved }, unproved };
}

/** Acts by the heads in the checkpoints over them, each a stretch of the chain; of each other one why it is in none. */
export async function proveActs(
  db: Sql,
  heads: SignedHeads,
  { acts, bounds = ACT_BOUNDS }: { acts: readonly ActToProve[]; bounds?: ActBounds },
) {
  const byHead = new Map<bigint, { head: ChainHead; sequences: bigint[] }>();
  const unproved: { sequence: string; why: WhyUnproved }[] = [];
  const note = (sequence: bigint, why: WhyUnproved) => unproved.push({ sequence: String(sequence), why });
  /** Those over which there is no checkpoint. */
  const place = async (those: readonly ActToProve[]): Promise<ActToProve[]> => {
    const unsigned: ActToProve[] = [];
    for (const act of those) {
      const head = await heads.headOver(ADMIN_CHAIN, act.sequence, act.at);
      if (head === null) unsigned.push(act);
      else if (head.sequence - act.sequence > bounds.stretch) note(act.sequence, "costly");
      else {
        const known = byHead.get(head.sequence) ?? { head, sequences: [] };
        byHead.set(head.sequence, known);
        known.sequences.push(act.sequence);
      }
    }
    return unsigned;
  };
  // once more: what another act is under may be over these too
  for (const { sequence } of await place(await place(acts))) note(sequence, "unsigned");
  const stretches: RecordProofs["acts"] = [];
  let leaves = 0;
  // the newest first: of what would be too much, the oldest is left out
  for (const { head, sequences } of [...byHead.values()].toSorted((one, other) =>
    Number(other.head.sequence - one.head.sequence),
  )) {
    const length = Math.max(...sequences.map((sequence) => Number(head.sequence - sequence))) + 1;
    if (leaves + length > bounds.leaves) {
      for (const sequence of sequences) note(sequence, "costly");
      continue;
    }
    leaves += length;
    const made = await stretchTo(db, head, { sequences, batch: bounds.batch });
    if (made.stretch !== null) stretches.unshift(made.stretch);
    for (const [sequence, why] of made.unproved) note(sequence, why);
  }
  return { acts: stretches, unproved };
}
