import { z } from "zod";
import type { ChainedEntry } from "./entry-leaf.ts";
import { ADMIN_CHAIN, type Seal } from "./seal.ts";
import type { Problems } from "./verification.ts";

const DAY_MS = 86_400_000;
/** What nobody may set: uses and acts stay for so long in any case. */
const LEAST_DAYS = { uses: 30, acts: 90 };

const count = z.int().nonnegative();
const droppedDay = z.object({
  day: z.iso.date(),
  uses: count,
  unsealed: count,
  leavesBefore: count,
  leavesAfter: count,
  useDays: z.int(),
  checkpoint: count,
});
const droppedActs = z.object({
  through: count,
  hash: z.string(),
  acts: count,
  until: z.iso.datetime(),
  actDays: z.int(),
  checkpoint: count,
  usesGoneUntil: z.iso.date().nullable(),
});
const setting = z.object({ useDays: z.int().optional(), actDays: z.int().optional() });

type DroppedDay = z.output<typeof droppedDay> & { sequence: bigint; sealed: number };
type DroppedActs = z.output<typeof droppedActs> & { sequence: bigint };

/** What is gone by retention. Days are dates in UTC. */
export type GoneByRetention = {
  /** Days of uses whose going is on record in the acts that are there. */
  days: number;
  uses: number;
  from: string | null;
  to: string | null;
  /** The one that the last of them left under. */
  checkpoint: number | null;
  /** Uses of days up to this one were gone before the oldest act that is there. */
  usesBefore: string | null;
  acts: { through: number; until: string; checkpoint: number } | null;
};

function read<T>(schema: z.ZodType<T>, text: string | null): T | null {
  const parsed = schema.safeParse(text === null ? null : JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

const dayOf = (at: Date) => at.toISOString().slice(0, 10);

/**
 * What the chained acts say is gone by retention: days of uses, and the first acts. An act that takes out what the settings of its time had kept is a problem itself,
 * and so is a day of which more was sealed than was there when it left.
 */
export class Gone {
  readonly #problems: Problems;
  readonly #days = new Map<string, DroppedDay>();
  #acts: DroppedActs | null = null;
  #assumed = "";
  /** As far as the acts that are there say; null before the first that does. */
  #useDays: number | null = null;
  #actDays: number | null = null;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** Acts in their order, each after it was found to be the one that was written. */
  note(entry: ChainedEntry): void {
    if (entry.outcome !== "done") return;
    if (entry.act === "organisation.updated") {
      const changed = read(setting, entry.after);
      this.#useDays = changed?.useDays ?? this.#useDays;
      this.#actDays = changed?.actDays ?? this.#actDays;
    }
    if (entry.actorKind !== "system") return;
    if (entry.act === "log.day_dropped") this.#noteDay(entry);
    if (entry.act === "log.acts_dropped") this.#noteActs(entry);
  }

  #noteDay(entry: ChainedEntry): void {
    const dropped = read(droppedDay, entry.after);
    if (dropped === null) return;
    const over = Date.parse(`${dropped.day}T00:00:00Z`) + DAY_MS;
    const { useDays } = dropped;
    const isKept = entry.at.getTime() < over + useDays * DAY_MS;
    if (isKept || useDays < LEAST_DAYS.uses || useDays !== (this.#useDays ?? useDays))
      this.#say(entry.sequence, `the uses of ${dropped.day} left before their time`);
    else if (!this.#days.has(dropped.day))
      this.#days.set(dropped.day, { ...dropped, sequence: entry.sequence, sealed: 0 });
  }

  #noteActs(entry: ChainedEntry): void {
    const dropped = read(droppedActs, entry.after);
    if (dropped === null) return;
    const { actDays } = dropped;
    const isKept = entry.at.getTime() < Date.parse(dropped.until) + actDays * DAY_MS;
    if (isKept || actDays < LEAST_DAYS.acts || actDays !== (this.#actDays ?? actDays))
      this.#say(entry.sequence, `entries up to ${dropped.through} left before their time`);
    else this.#acts = { ...dropped, sequence: entry.sequence };
  }

  #say(sequence: bigint, says: string): void {
    this.#problems.add(ADMIN_CHAIN, sequence, says);
  }

  /** Takes it as given that uses up to a day are gone: the acts that say so are not read. */
  assume(usesGoneUntil: string | null): void {
    this.#assumed = usesGoneUntil ?? "";
  }

  /** The last act that has left; 0 for none. */
  get actsThrough(): bigint {
    return BigInt(this.#acts?.through ?? 0);
  }

  /** Whether the uses that were received then are gone. */
  isGone(at: Date): boolean {
    const day = dayOf(at);
    return this.#days.has(day) || day <= (this.#acts?.usesGoneUntil ?? "") || day <= this.#assumed;
  }

  /** Counts a seal whose last use is gone. */
  count(seal: Seal): void {
    const day = this.#days.get(dayOf(seal.receivedTo));
    if (day !== undefined) day.sealed += seal.count;
  }

  /** Once all seals were read: whether what was sealed is what was there when it left. */
  end(): GoneByRetention {
    const days = [...this.#days.values()].sort((one, other) => (one.day < other.day ? -1 : 1));
    let before: DroppedDay | null = null;
    for (const day of days) {
      const there = day.uses - day.unsealed + day.leavesBefore - day.leavesAfter;
      if (there !== day.sealed)
        this.#say(
          day.sequence,
          `of the uses of ${day.day}, ${day.sealed} were sealed and ${there} were there when they left`,
        );
      else if (before !== null && before.leavesAfter !== day.leavesBefore)
        this.#say(day.sequence, `leaves were put in or taken out before the uses of ${day.day} left`);
      before = day;
    }
    const acts = this.#acts;
    return {
      days: days.length,
      uses: days.reduce((sum, day) => sum + day.uses, 0),
      from: days[0]?.day ?? null,
      to: days.at(-1)?.day ?? null,
      checkpoint: days.at(-1)?.checkpoint ?? null,
      usesBefore: acts?.usesGoneUntil ?? null,
      acts: acts && { through: acts.through, until: acts.until, checkpoint: acts.checkpoint },
    };
  }
}
