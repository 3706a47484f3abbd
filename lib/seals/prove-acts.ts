import type { Sql } from "../db/sql.ts";
import { type ChainedEntry, entryLeaf, isBareEntry } from "./entry-leaf.ts";
import { evidenceText } from "./evidence-file.ts";
import { ENTRIES } from "./read-evidence.ts";
import type { RecordProofs, WhyUnproved } from "./record-proofs.ts";
import { ADMIN_CHAIN, NOTHING_BEFORE } from "./seal.ts";
import type { SignedHeads } from "./signed-heads.ts";

export type ActToProve = { sequence: bigint; at: Date };

/** Entries between an act and the checkpoint over it at most. */
const STRETCH_MAX = 20_000;

type Stretch = { stretch: RecordProofs["acts"][number] } | { why: WhyUnproved };

/** The stretch of the acts' chain up to the head of a checkpoint that proves some acts. */
async function stretchTo(db: Sql, head: bigint, sequences: readonly bigint[]): Promise<Stretch> {
  const [from = head] = sequences.toSorted((one, other) => Number(one - other));
  const entries = await db.query<ChainedEntry>(
    `${ENTRIES} WHERE sequence BETWEEN $1::bigint - 1 AND $2::bigint ORDER BY sequence`,
    [from, head],
  );
  const before = entries[0]?.sequence === from ? null : (entries.shift() ?? null);
  if (entries[0]?.sequence !== from || (before === null && from !== 1n)) return { why: "gone" };
  // retention takes a log's beginning, and nothing out of its middle
  if (BigInt(entries.length) !== head - from + 1n) return { why: "altered" };
  const after = from === 1n ? NOTHING_BEFORE.toString("hex") : (before?.chainHash ?? null);
  if (after === null) return { why: "before" };
  return {
    stretch: {
      from: String(from),
      after,
      leaves: entries.map((entry) => entryLeaf(entry).toString("hex")),
      entries: entries
        .filter((entry) => sequences.includes(entry.sequence) && !isBareEntry(entry))
        .map((entry) => JSON.parse(evidenceText("entry", entry))),
    },
  };
}

/** Acts by the head of the checkpoint over them, each a stretch of the chain; of each other one why it is in none. */
export async function proveActs(db: Sql, heads: SignedHeads, acts: readonly ActToProve[]) {
  const byHead = new Map<bigint, bigint[]>();
  const unproved: { sequence: string; why: WhyUnproved }[] = [];
  const note = (sequence: bigint, why: WhyUnproved) => unproved.push({ sequence: String(sequence), why });
  /** Those over which there is no checkpoint. */
  const place = async (those: readonly ActToProve[]): Promise<ActToProve[]> => {
    const unsigned: ActToProve[] = [];
    for (const act of those) {
      const head = await heads.headOver(ADMIN_CHAIN, act.sequence, act.at);
      if (head === null) unsigned.push(act);
      else if (head - act.sequence > STRETCH_MAX) note(act.sequence, "costly");
      else byHead.set(head, [...(byHead.get(head) ?? []), act.sequence]);
    }
    return unsigned;
  };
  // once more: what another act is under may be over these too
  for (const { sequence } of await place(await place(acts))) note(sequence, "unsigned");
  const stretches: RecordProofs["acts"] = [];
  for (const [head, sequences] of [...byHead].toSorted(([one], [other]) => Number(one - other))) {
    const made = await stretchTo(db, head, sequences);
    if ("why" in made) {
      for (const sequence of sequences) note(sequence, made.why);
      continue;
    }
    stretches.push(made.stretch);
    const own = new Set(made.stretch.entries.map(({ sequence }) => sequence));
    for (const sequence of sequences) if (!own.has(String(sequence))) note(sequence, "erased");
  }
  return { acts: stretches, unproved };
}
