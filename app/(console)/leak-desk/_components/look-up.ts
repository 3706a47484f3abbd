import { requestJson } from "#components/request/request-json.ts";
import type { Paste } from "#components/token-input/read-paste.ts";
import {
  type CaseName,
  type IdentifiedValue,
  type Severity,
  SUBJECTS_AT_ONCE,
  TITLE_MAX,
  VALUES_AT_ONCE,
} from "#lib/incidents/model.ts";
import { plural } from "#lib/order-plans/plan-words.ts";

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

/** The clients of the secrets that were found, each once. */
export function casedSecrets(found: readonly IdentifiedValue[]): string[] {
  return [...new Set(found.flatMap(({ secret }) => secret?.clientUuid ?? []))];
}

/** What a case can be about: the tokens on record by their ids, and the clients of which a secret was found. */
export type Cased = { tokenIds: readonly string[]; secretsOf: readonly string[] };

export function casedOf(found: readonly IdentifiedValue[]): Cased {
  return { tokenIds: casedTokens(found), secretsOf: casedSecrets(found) };
}

export function sizeOf({ tokenIds, secretsOf }: Cased): number {
  return tokenIds.length + secretsOf.length;
}

/** "2 tokens and a client's secret". */
export function casedWords({ tokenIds, secretsOf }: Cased): string {
  const [tokens, secrets] = [tokenIds.length, secretsOf.length];
  const parts = [
    ...(tokens === 0 ? [] : [plural(tokens, "token", "tokens")]),
    ...(secrets === 0 ? [] : [plural(secrets, "client's secret", "clients' secrets")]),
  ];
  return parts.join(" and ");
}

/** Clients that one request names. */
const SECRETS_AT_ONCE = 50;

/** As much of it as one request takes, and what is left then; the secrets go first. */
function slicesOf({ tokenIds, secretsOf }: Cased): [Cased, Cased] {
  return [
    { tokenIds: tokenIds.slice(0, SUBJECTS_AT_ONCE), secretsOf: secretsOf.slice(0, SECRETS_AT_ONCE) },
    { tokenIds: tokenIds.slice(SUBJECTS_AT_ONCE), secretsOf: secretsOf.slice(SECRETS_AT_ONCE) },
  ];
}

/** The body of a request that names as much of it as one takes. */
export function firstOf(all: Cased) {
  const [first, rest] = slicesOf(all);
  const { tokenIds, secretsOf } = first;
  const subjects = secretsOf.map((id) => ({ kind: "client" as const, id, bySecret: true }));
  return {
    body: { tokenIds, ...(subjects.length === 0 ? {} : { subjects }) },
    size: sizeOf(first),
    rest,
  };
}

/** The open cases that hold some of what was found, the one with the most of it first, with how many of its tokens and secrets. */
export function casesOf(found: readonly IdentifiedValue[]): (CaseName & { held: number })[] {
  const held = new Map<number, { name: CaseName; ids: Set<string> }>();
  for (const { token, secret } of found)
    for (const name of [...(token?.cases ?? []), ...(secret?.cases ?? [])]) {
      const one = held.get(name.number) ?? { name, ids: new Set() };
      held.set(name.number, { name, ids: one.ids.add(token?.id ?? secret?.clientUuid ?? "") });
    }
  return [...held.values()]
    .map(({ name, ids }) => ({ ...name, held: ids.size }))
    .sort((one, other) => other.held - one.held || other.number - one.number);
}

/** What a case does not hold yet of what was found, each once. A client of which it holds one secret and not the other is missing. */
export function restOf(found: readonly IdentifiedValue[], number: number): Cased {
  const missing = found.filter(
    ({ secret }) => secret !== null && !secret.cases.some((one) => one.number === number),
  );
  const held = new Set(
    found.flatMap(({ token }) => (token?.cases.some((one) => one.number === number) ? [token.id] : [])),
  );
  return {
    tokenIds: casedTokens(found).filter((id) => !held.has(id)),
    secretsOf: casedSecrets(missing),
  };
}

/** Puts what was found into a case, thousands in several requests; what is in it already stays as it is. `onAdded` hears how many are in. */
export async function addToCase(
  number: number,
  all: Cased,
  onAdded: (count: number, rest: Cased) => void = () => {},
): Promise<void> {
  let [left, added] = [all, 0];
  while (sizeOf(left) > 0) {
    const { body, size, rest } = firstOf(left);
    await requestJson(`/api/v1/incidents/${number}/subjects`, { method: "POST", body });
    left = rest;
    added += size;
    onAdded(added, rest);
  }
}

/** How bad it is until somebody says better: low where nothing of it works any more. A token that is named has leaked, whether its value came whole or not. */
export function suggestedSeverity(found: readonly IdentifiedValue[]): Severity {
  const works = new Set(["active", "suspended", "not_yet_valid"]);
  return found.some(({ is, token, secret }) =>
    secret === null ? works.has(token?.state ?? "") : is === "live",
  )
    ? "high"
    : "low";
}

/** What a case is called until somebody says better. */
export function suggestedTitle(found: readonly IdentifiedValue[]): string {
  const ids = new Set(casedTokens(found));
  const tokens = found.flatMap(({ token }) => (token !== null && ids.has(token.id) ? [token] : []));
  const holders = [
    ...new Set(tokens.map(({ holder, client }) => (holder === client ? client : `${holder} (${client})`))),
  ];
  const clients = [...new Set(found.flatMap(({ secret }) => secret?.clientId ?? []))];
  if (clients.length > 0 && ids.size === 0)
    return (
      clients.length === 1 ? `Leaked secret of ${clients[0]}` : `Leaked secrets of ${clients.length} clients`
    ).slice(0, TITLE_MAX);
  const who = holders.length <= 1 ? (holders[0] ?? "") : `${holders.length} holders`;
  return `${ids.size === 1 ? "Leaked token" : `${ids.size} leaked tokens`} of ${who}${clients.length === 0 ? "" : `, and ${plural(clients.length, "client's secret", "clients' secrets")}`}`.slice(
    0,
    TITLE_MAX,
  );
}
