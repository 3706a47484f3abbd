import { actWords } from "../audit/act-words.ts";
import { uuidv7Time } from "../ids.ts";
import type { ShownAct } from "./model.ts";

/** What is counted anew each time, and says nothing of what is done. */
const COUNTED = new Set(["liveTokens", "liveTokensIsExact", "endedSessions", "undelivered"]);
/** The end of a secret that is made anew each time. */
const MADE = new Set(["hint", "secretHint"]);

/** Some instants are the database's own, and told to the second: so much is no other time. */
const CLOCKS_MS = 60_000;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;

type Times = { shownAt: number; doneAt: number };

function isSameText(shown: string, done: string, { shownAt, doneAt }: Times): boolean {
  if (shown === done) return true;
  const [one, other] = [uuidv7Time(shown), uuidv7Time(done)];
  // made in each of the two: everything else was there before
  if (one !== null && other !== null) return one.getTime() >= shownAt && other.getTime() >= doneAt;
  if (!INSTANT.test(shown) || !INSTANT.test(done)) return false;
  return Math.abs(Date.parse(shown) - shownAt - (Date.parse(done) - doneAt)) <= CLOCKS_MS;
}

function isSame(shown: unknown, done: unknown, times: Times): boolean {
  if (typeof shown === "string" && typeof done === "string") return isSameText(shown, done, times);
  if (typeof shown !== "object" || typeof done !== "object" || shown === null || done === null)
    return shown === done;
  if (Array.isArray(shown) !== Array.isArray(done)) return false;
  const keys = new Set([...Object.keys(shown), ...Object.keys(done)]);
  return [...keys].every((key) => {
    if (COUNTED.has(key)) return true;
    const [one, other] = [(shown as Record<string, unknown>)[key], (done as Record<string, unknown>)[key]];
    if (MADE.has(key) && typeof one === "string" && typeof other === "string") return true;
    return isSame(one, other, times);
  });
}

function nameOf({ act, target }: ShownAct): string {
  return `${actWords(act)} ${target.name}`;
}

/** What differs between the acts that were shown and those that are recorded, in words; nothing where they are the same but for ids and instants that are made anew. */
export function differencesOf(
  shown: readonly ShownAct[],
  done: readonly ShownAct[],
  times: { shownAt: Date; doneAt: Date },
): string[] {
  const at = { shownAt: times.shownAt.getTime(), doneAt: times.doneAt.getTime() };
  const words: string[] = [];
  for (let n = 0; n < Math.max(shown.length, done.length); n += 1) {
    const [one, other] = [shown[n], done[n]];
    if (one === undefined && other !== undefined) words.push(`It would also: ${nameOf(other)}.`);
    else if (other === undefined && one !== undefined) words.push(`It would no longer: ${nameOf(one)}.`);
    else if (one !== undefined && other !== undefined && !isSame(one, other, at))
      words.push(`${nameOf(one)}: ${changedFields(one, other, at)}.`);
  }
  return words;
}

function changedFields(shown: ShownAct, done: ShownAct, times: Times): string {
  if (shown.act !== done.act) return `it would now be ${nameOf(done)}`;
  const fields = (["before", "after"] as const).flatMap((side) => {
    const [one, other] = [shown[side] ?? {}, done[side] ?? {}];
    return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
      (key) => !isSame({ [key]: one[key] }, { [key]: other[key] }, times),
    );
  });
  const names = [...new Set(fields)];
  return names.length === 0 ? "it would be upon something else" : `${names.join(", ")} changed meanwhile`;
}
