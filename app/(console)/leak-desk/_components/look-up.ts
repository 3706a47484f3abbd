import { requestJson } from "#components/request/request-json.ts";
import type { Paste } from "#components/token-input/read-paste.ts";
import {
  type CaseName,
  type IdentifiedValue,
  type Severity,
  SUBJECTS_AT_ONCE,
  VALUES_AT_ONCE,
} from "#lib/incidents/model.ts";

/** What a paste was found to be, each token once. */
export type LookedUp = { found: IdentifiedValue[]; paste: Omit<Paste, "values">; values: number };

/** Asks for what was pasted, so many at a time, by ids and hashes. */
export async function lookUp(
  { values, ...paste }: Paste,
  onProgress: (done: number) => void,
  signal: AbortSignal,
): Promise<LookedUp> {
  const found: IdentifiedValue[] = [];
  for (let at = 0; at < values.length; at += VALUES_AT_ONCE) {
    const body = { values: values.slice(at, at + VALUES_AT_ONCE) };
    const answer = await requestJson<{ values: IdentifiedValue[] }>("/api/v1/leak-desk", {
      method: "POST",
      body,
      signal,
    });
    found.push(...answer.values);
    onProgress(found.length);
  }
  return { found, paste, values: values.length };
}

/** Lines of a paste that are named where nothing on record has what stands in them. */
const LINES_NAMED = 10;

/** In which lines of the paste those stand that nothing on record has: the first ones, and how many lines more. */
export function foreignLines({
  found,
  paste: { lines },
}: Pick<LookedUp, "found"> & { paste: Pick<Paste, "lines"> }): {
  first: number[];
  more: number;
} {
  const all = new Set(found.flatMap(({ is }, index) => (is === "foreign" ? (lines[index] ?? []) : [])));
  const sorted = [...all].sort((one, other) => one - other);
  return { first: sorted.slice(0, LINES_NAMED), more: Math.max(0, sorted.length - LINES_NAMED) };
}

/** The tokens that a case can be about: those on record, each once. */
export function casedTokens(found: readonly IdentifiedValue[]): string[] {
  const ids = found.flatMap(({ is, token }) => (token !== null && is !== "left" ? [token.id] : []));
  return [...new Set(ids)];
}

/** The open cases that hold some of what was found, the one with the most of it first, with how many of its tokens. */
export function casesOf(found: readonly IdentifiedValue[]): (CaseName & { tokens: number })[] {
  const held = new Map<number, { name: CaseName; ids: Set<string> }>();
  for (const { token } of found)
    for (const name of token?.cases ?? []) {
      const one = held.get(name.number) ?? { name, ids: new Set() };
      held.set(name.number, { name, ids: one.ids.add(token?.id ?? "") });
    }
  return [...held.values()]
    .map(({ name, ids }) => ({ ...name, tokens: ids.size }))
    .sort((one, other) => other.tokens - one.tokens || other.number - one.number);
}

/** The tokens of what was found that a case does not hold yet, each once. */
export function restOf(found: readonly IdentifiedValue[], number: number): string[] {
  const held = new Set(
    found.flatMap(({ token }) => (token?.cases.some((one) => one.number === number) ? [token.id] : [])),
  );
  return casedTokens(found).filter((id) => !held.has(id));
}

/** Puts tokens into a case, thousands in several requests; what is in it already stays as it is. `onAdded` hears how many are in. */
export async function addToCase(
  number: number,
  tokenIds: readonly string[],
  onAdded: (count: number) => void = () => {},
): Promise<void> {
  for (let at = 0; at < tokenIds.length; at += SUBJECTS_AT_ONCE) {
    const slice = tokenIds.slice(at, at + SUBJECTS_AT_ONCE);
    await requestJson(`/api/v1/incidents/${number}/subjects`, { method: "POST", body: { tokenIds: slice } });
    onAdded(at + slice.length);
  }
}

/** How bad it is until somebody says better: low where nothing of it works any more. A token that is named has leaked, whether its value came whole or not. */
export function suggestedSeverity(found: readonly IdentifiedValue[]): Severity {
  const works = new Set(["active", "suspended", "not_yet_valid"]);
  return found.some(({ token }) => token !== null && works.has(token.state ?? "")) ? "high" : "low";
}

/** What a case is called until somebody says better. */
export function suggestedTitle(found: readonly IdentifiedValue[]): string {
  const ids = new Set(casedTokens(found));
  const tokens = found.flatMap(({ token }) => (token !== null && ids.has(token.id) ? [token] : []));
  const holders = [
    ...new Set(tokens.map(({ holder, client }) => (holder === client ? client : `${holder} (${client})`))),
  ];
  const who = holders.length <= 1 ? (holders[0] ?? "") : `${holders.length} holders`;
  return `${ids.size === 1 ? "Leaked token" : `${ids.size} leaked tokens`} of ${who}`.slice(0, 120);
}
