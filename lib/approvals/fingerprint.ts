import { createHash, type Hash } from "node:crypto";
import { uuidv7Time } from "../ids.ts";
import { COUNTED, INSTANT, MADE } from "./anew.ts";
import type { ActCount, ShownAct, ShownRest } from "./model.ts";

const MINUTE_MS = 60_000;

/** Two runs of an act are the same where one of the two is: an instant is a fixed one, or as far from its run. */
type Instants = { fixed: Hash; relative: Hash };

/**
 * What very many acts are compared by, of those that are not written down one by one: a hash over all of them in their order, without what is made anew or counted anew each
 * time, and of the instants of each field one over them as they are and one over how far they are from the run, to the minute.
 */
export class Fingerprint {
  readonly #at: number;
  readonly #acts = createHash("sha256");
  readonly #instants = new Map<string, Instants>();

  /** @param at when the acts were done, or tried out. */
  constructor(at: Date) {
    this.#at = at.getTime();
  }

  add(act: ShownAct): void {
    this.#acts.update(JSON.stringify(this.#plain(act, act.act)));
  }

  end(): ShownRest {
    const instants = [...this.#instants].map(([field, { fixed, relative }]) => [
      field,
      { fixed: fixed.digest("base64url"), relative: relative.digest("base64url") },
    ]);
    return { digest: this.#acts.digest("base64url"), instants: Object.fromEntries(instants) };
  }

  #plain(value: unknown, field: string): unknown {
    if (typeof value === "string") return this.#text(value, field);
    if (Array.isArray(value)) return ["list", ...value.map((one) => this.#plain(one, field))];
    if (typeof value !== "object" || value === null) return value;
    // as pairs: no text that somebody chose can be taken for a place in it
    return Object.entries(value)
      .filter(([key, one]) => !COUNTED.has(key) && one !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, one]) => [
        key,
        MADE.has(key) && typeof one === "string" ? ["made"] : this.#plain(one, `${field} ${key}`),
      ]);
  }

  #text(text: string, field: string): unknown {
    const made = uuidv7Time(text);
    if (made !== null && made.getTime() >= this.#at) return ["made"];
    if (!INSTANT.test(text)) return text;
    const known = this.#instants.get(field) ?? {
      fixed: createHash("sha256"),
      relative: createHash("sha256"),
    };
    this.#instants.set(field, known);
    known.fixed.update(`${text}\n`);
    known.relative.update(`${Math.round((Date.parse(text) - this.#at) / MINUTE_MS)}\n`);
    return ["instant"];
  }
}

/** Whether the acts that were not written down one by one are the same in both. */
export function isSameRest(shown: ShownRest, done: ShownRest): boolean {
  if (shown.digest !== done.digest) return false;
  const fields = new Set([...Object.keys(shown.instants), ...Object.keys(done.instants)]);
  return [...fields].every((field) => {
    const [one, other] = [shown.instants[field], done.instants[field]];
    if (one === undefined || other === undefined) return false;
    return one.fixed === other.fixed || one.relative === other.relative;
  });
}

/** How many there are of each act, in the order in which they first come. */
export function countsOf(acts: readonly { act: string }[]): ActCount[] {
  const counts = new Map<string, number>();
  for (const { act } of acts) counts.set(act, (counts.get(act) ?? 0) + 1);
  return [...counts].map(([act, count]) => ({ act, count }));
}
