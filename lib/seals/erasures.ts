import { z } from "zod";
import { type ChainedEntry, erasedPartsOf } from "./entry-leaf.ts";
import type { Gone } from "./gone.ts";
import { ADMIN_CHAIN } from "./seal.ts";
import { useFormOf } from "./use-leaf.ts";
import type { PlacedUse, Problems } from "./verification.ts";

export const ERASURE_BEGUN = "user.erasure_begun";
export const ERASED = "user.erased";

/** How far the clocks of whoever wrote a use and of whoever erased it may be apart. */
const SKEW_MS = 5 * 60_000;
/** An erasure takes minutes; one that was begun and is not done by then is looked at. */
const UNFINISHED_AFTER_MS = 24 * 3_600_000;

const count = z.int().nonnegative();
/** Which rows may be in the form of erased ones: uses of the person by their day of receipt in UTC (those of `use/2`, those of `use/1`), acts by their sequence. */
const erasedRows = z.object({
  erasure: z.uuid(),
  days: z.record(z.iso.date(), z.tuple([count, count])),
  /** The parts that were erased, by their first letters. */
  acts: z.record(z.string().regex(/^\d{1,18}$/), z.string()),
});
export type ErasedRows = z.output<typeof erasedRows>;

const begunErasure = z.object({ erasure: z.uuid() });

type Said = { sequence: bigint; at: number; user: string; rows: ErasedRows };
type Found = { erased: number; bare: number };
/** Rows of one person in one chain that are in the form of erased ones. */
type Met = { user: string; chain: string; sequence: bigint; last: number };

/** What was erased on request. */
export type ErasedOnRequest = {
  people: number;
  uses: number;
  acts: number;
  /** Of these, uses and acts from before `use/2` and `entry/2`: nothing proves what they still say. */
  unproved: number;
  /** Erasures that are under way. */
  underWay: number;
};

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

function parsedOf(json: string | null): unknown {
  try {
    return json === null ? null : JSON.parse(json);
  } catch {
    // only a file that somebody made says what is no JSON: its leaf does not hold either
    return null;
  }
}

/** A part by its first letter, as acts say it. */
export const lettersOf = (parts: readonly string[]): string => parts.map((part) => part[0]).join("");

/**
 * What the chained acts say was erased for a person's sake, and what is in that form. A row that no act covers, another person's, one of later, or more of them than
 * the acts say, is an edit.
 */
export class Erasures {
  readonly #problems: Problems;
  readonly #gone: Gone;
  readonly #said = new Map<bigint, Said>();
  readonly #begun = new Map<string, { sequence: bigint; at: number; user: string }>();
  readonly #done = new Set<string>();
  readonly #days = new Map<string, Map<string, Found>>();
  readonly #met = new Map<string, Met>();
  readonly #entries = new Map<bigint, string>();
  #bareActs = 0;

  constructor(problems: Problems, gone: Gone) {
    this.#problems = problems;
    this.#gone = gone;
  }

  /** Acts in their order, each after it was found to be the one that was written; one that is noted again counts once. */
  note(entry: ChainedEntry): void {
    const parts = erasedPartsOf(entry);
    if (parts.length > 0) this.#entries.set(entry.sequence, lettersOf(parts));
    if (parts.includes("bare")) this.#bareActs += 1;
    if (entry.outcome !== "done" || entry.targetKind !== "user") return;
    const about = { sequence: entry.sequence, at: entry.at.getTime(), user: entry.targetId };
    if (entry.act === ERASURE_BEGUN) {
      const begun = begunErasure.safeParse(parsedOf(entry.after));
      if (begun.success) this.#begun.set(begun.data.erasure, about);
    }
    if (entry.act !== ERASED) return;
    const rows = erasedRows.safeParse(parsedOf(entry.after));
    if (!rows.success) return;
    this.#said.set(entry.sequence, { ...about, rows: rows.data });
    this.#done.add(rows.data.erasure);
  }

  /** A use of a chain that is in the form of an erased one, as it is read. */
  add(use: PlacedUse): void {
    const form = useFormOf(use);
    if (form === "whole" || use.userId === null) return;
    const days = this.#days.get(use.userId) ?? new Map<string, Found>();
    this.#days.set(use.userId, days);
    const day = dayOf(use.receivedAt.getTime());
    const found = days.get(day) ?? { erased: 0, bare: 0 };
    days.set(day, found);
    found[form] += 1;
  }

  /** Where it stands: in which seal of its chain. */
  place(
    chain: string,
    sequence: bigint,
    { userId, receivedAt }: Pick<PlacedUse, "userId" | "receivedAt">,
  ): void {
    const at = receivedAt.getTime();
    const key = `${chain} ${userId}`;
    const met = this.#met.get(key);
    if (met === undefined) this.#met.set(key, { user: userId ?? "", chain, sequence, last: at });
    else if (at > met.last && !this.#covers(met.user, at)) Object.assign(met, { sequence, last: at });
    else met.last = Math.max(met.last, at);
  }

  /** Whether a person's uses of then were erased, or are being, as far as the acts that were read say. */
  #covers(user: string, at: number): boolean {
    const isBefore = (act: { user: string; at: number }) => act.user === user && at <= act.at + SKEW_MS;
    return [...this.#said.values()].some(isBefore) || this.#openOf(user).length > 0;
  }

  /** Erasures of a person that were begun and are not done. */
  #openOf(user: string): { sequence: bigint; at: number }[] {
    return [...this.#begun]
      .filter(([erasure, one]) => one.user === user && !this.#done.has(erasure))
      .map(([, one]) => one);
  }

  #say(sequence: bigint, says: string): void {
    this.#problems.add(ADMIN_CHAIN, sequence, says);
  }

  #checkUses(isWhole: boolean): void {
    for (const { user, chain, sequence, last } of this.#met.values())
      if (!this.#covers(user, last))
        this.#problems.add(
          chain,
          sequence,
          "a row is in the form of an erased one, and no act says that it was",
        );
    const said = new Map<string, { sequence: bigint; erased: number; bare: number }>();
    for (const { user, sequence, rows } of this.#said.values())
      for (const [day, [erased, bare]] of Object.entries(rows.days)) {
        const before = said.get(`${user} ${day}`) ?? { erased: 0, bare: 0 };
        said.set(`${user} ${day}`, { sequence, erased: before.erased + erased, bare: before.bare + bare });
      }
    const keys = new Set(said.keys());
    for (const [user, days] of this.#days) for (const day of days.keys()) keys.add(`${user} ${day}`);
    for (const key of keys) {
      const [user = "", day = ""] = key.split(" ");
      const acts = [...this.#said.values()].filter((one) => one.user === user);
      const by = said.get(key) ?? { sequence: acts.at(-1)?.sequence ?? 0n, erased: 0, bare: 0 };
      // a row that nothing speaks for is said already
      if (by.sequence === 0n || this.#gone.isGone(new Date(day))) continue;
      const there = this.#days.get(user)?.get(day) ?? { erased: 0, bare: 0 };
      const isMore = there.erased > by.erased || there.bare > by.bare;
      const isLess = there.erased < by.erased || there.bare < by.bare;
      if ((isMore && this.#openOf(user).length === 0) || (isLess && isWhole))
        this.#say(
          by.sequence,
          `of the uses of ${day}, ${by.erased + by.bare} of the person were erased and ${there.erased + there.bare} are in that form${
            by.bare === there.bare ? "" : `, ${there.bare} of them from before use/2 where it says ${by.bare}`
          }`,
        );
    }
  }

  #checkEntries(isWhole: boolean): void {
    const said = new Map<bigint, string>();
    for (const { rows } of this.#said.values())
      for (const [sequence, letters] of Object.entries(rows.acts)) {
        const before = said.get(BigInt(sequence)) ?? "";
        said.set(BigInt(sequence), before + letters);
      }
    const isSame = (one: string, other: string) =>
      [...new Set(one)].sort().join("") === [...new Set(other)].sort().join("");
    for (const [sequence, letters] of this.#entries)
      if (!isSame(letters, said.get(sequence) ?? ""))
        this.#say(sequence, "it is in the form of an erased entry, and no act says that it was erased");
    if (!isWhole) return;
    for (const [sequence] of said)
      if (sequence > this.#gone.actsThrough && !this.#entries.has(sequence))
        this.#say(sequence, "it was erased by an act, and is there again");
  }

  /** Once all was read. @param at when the evidence was read. */
  end(at: Date, isWhole: boolean): ErasedOnRequest {
    this.#checkUses(isWhole);
    this.#checkEntries(isWhole);
    const open = [...this.#begun].filter(([erasure]) => !this.#done.has(erasure));
    for (const [, { sequence, at: begunAt }] of open)
      if (begunAt < at.getTime() - UNFINISHED_AFTER_MS)
        this.#say(
          sequence,
          "an erasure was begun by it and never done: what of the person is erased is open",
        );
    const found = [...this.#days.values()].flatMap((days) => [...days.values()]);
    const bare = found.reduce((sum, day) => sum + day.bare, 0);
    return {
      people: new Set([...this.#said.values()].map(({ user }) => user)).size,
      uses: found.reduce((sum, day) => sum + day.erased + day.bare, 0),
      acts: this.#entries.size,
      unproved: bare + this.#bareActs,
      underWay: open.length,
    };
  }
}
