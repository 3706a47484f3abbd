import { actWords } from "../audit/act-words.ts";
import { uuidv7Time } from "../ids.ts";
import { AT_MOST, COUNTED, INSTANT, MADE } from "./anew.ts";
import { isSameRest } from "./fingerprint.ts";
import type { ActCount, ComparedActs, ShownAct } from "./model.ts";

/** Some instants are the database's own, and told to the second: so much is no other time. */
const CLOCKS_MS = 60_000;

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
    if (AT_MOST.has(key) && typeof other === "number" && (one === undefined || typeof one === "number"))
      return one === undefined || other <= one;
    return isSame(one, other, times);
  });
}

function nameOf({ act, target }: ShownAct): string {
  return `${actWords(act)} ${target.name}`;
}

/** Of each act another number of times, in words. */
function countDifferences(shown: readonly ActCount[], done: readonly ActCount[]): string[] {
  const names = new Set([...shown, ...done].map(({ act }) => act));
  const countIn = (counts: readonly ActCount[], name: string) =>
    counts.find(({ act }) => act === name)?.count ?? 0;
  return [...names].flatMap((name) => {
    const [one, other] = [countIn(shown, name), countIn(done, name)];
    return one === other
      ? []
      : [`“${actWords(name)}” would stand in the log ${other} times instead of ${one}.`];
  });
}

/**
 * What differs between all acts that were shown and all that are recorded, in words: those that are written down one by one, then how many there are of each, then the rest by their
 * fingerprint. An approval from before there was one has none.
 */
export function allDifferencesOf(
  shown: ComparedActs,
  done: ComparedActs,
  times: { shownAt: Date; doneAt: Date },
): string[] {
  const words = differencesOf(shown.acts, done.acts, times);
  if (words.length > 0) return words;
  if (shown.counts !== undefined) words.push(...countDifferences(shown.counts, done.counts ?? []));
  if (words.length > 0) return words;
  if (done.actCount !== shown.actCount)
    return [`It would be ${done.actCount} acts instead of ${shown.actCount}.`];
  const isOther = shown.rest && done.rest && !isSameRest(shown.rest, done.rest);
  return isOther
    ? [
        `Of the ${shown.actCount - shown.acts.length} acts after the first ${shown.acts.length}, some would be others.`,
      ]
    : [];
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

/** Fields whose own names say little. */
const FIELD_WORDS: Record<string, string> = {
  leftWithoutWayIn: "who is left without a way in",
  apiTokens: "how many API tokens work again",
};

function changedFields(shown: ShownAct, done: ShownAct, times: Times): string {
  if (shown.act !== done.act) return `it would now be ${nameOf(done)}`;
  const fields = (["before", "after"] as const).flatMap((side) => {
    const [one, other] = [shown[side] ?? {}, done[side] ?? {}];
    return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
      (key) => !isSame({ [key]: one[key] }, { [key]: other[key] }, times),
    );
  });
  const names = [...new Set(fields)].map((field) => FIELD_WORDS[field] ?? field);
  return names.length === 0 ? "it would be upon something else" : `${names.join(", ")} changed meanwhile`;
}
