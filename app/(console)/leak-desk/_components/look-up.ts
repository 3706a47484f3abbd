import { requestJson } from "#components/request/request-json.ts";
import type { Paste } from "#components/token-input/read-paste.ts";
import {
  type CaseName,
  type IdentifiedOwnSecret,
  type IdentifiedValue,
  SECRETS_AT_ONCE,
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

/** The tokens that a case can be about: those on record, each once. */
export function casedTokens(found: readonly IdentifiedValue[]): string[] {
  const ids = found.flatMap(({ is, token }) => (token !== null && is !== "left" ? [token.id] : []));
  return [...new Set(ids)];
}

/** The secrets that were found, each once. */
function casedSecrets(found: readonly IdentifiedValue[]): string[] {
  return [...new Set(found.flatMap(({ secret }) => secret?.id ?? []))];
}

/** A secret of the product's own that was found. */
export type FoundOwn = IdentifiedOwnSecret & { works: boolean; isHeld: boolean };

export function keyOfOwn({ kind, name, hint }: IdentifiedOwnSecret): string {
  return `${kind} ${name} ${hint}`;
}

const rankOf = ({ works, isHeld }: FoundOwn) => (works ? 2 : isHeld ? 1 : 0);

/** The secrets of the product's own, each once, those that work first, then those that may again. */
export function ownOf(found: readonly IdentifiedValue[]): FoundOwn[] {
  const once = new Map(
    found.flatMap(({ is, own }) =>
      own === null
        ? []
        : [[keyOfOwn(own), { ...own, works: is === "live", isHeld: is === "suspended" }] as const],
    ),
  );
  return [...once.values()].sort((one, other) => rankOf(other) - rankOf(one));
}

/** What a case can be about: the tokens on record, and clients' secrets, by their ids. */
export type Cased = { tokenIds: readonly string[]; secretIds: readonly string[] };

export function casedOf(found: readonly IdentifiedValue[]): Cased {
  return { tokenIds: casedTokens(found), secretIds: casedSecrets(found) };
}

export function sizeOf({ tokenIds, secretIds }: Cased): number {
  return tokenIds.length + secretIds.length;
}

/** "2 tokens and 1 client secret". */
export function casedWords({ tokenIds, secretIds }: Cased): string {
  const [tokens, secrets] = [tokenIds.length, secretIds.length];
  const parts = [
    ...(tokens === 0 ? [] : [plural(tokens, "token", "tokens")]),
    ...(secrets === 0 ? [] : [plural(secrets, "client secret", "client secrets")]),
  ];
  return parts.join(" and ");
}

/** As much of it as one request names, and what is left then. */
export function firstOf({ tokenIds, secretIds }: Cased): { body: Cased; rest: Cased } {
  return {
    body: { tokenIds: tokenIds.slice(0, SUBJECTS_AT_ONCE), secretIds: secretIds.slice(0, SECRETS_AT_ONCE) },
    rest: { tokenIds: tokenIds.slice(SUBJECTS_AT_ONCE), secretIds: secretIds.slice(SECRETS_AT_ONCE) },
  };
}

/** The open cases that hold some of what was found, the one with the most of it first, with how many of its tokens and secrets. */
export function casesOf(found: readonly IdentifiedValue[]): (CaseName & { held: number })[] {
  const held = new Map<number, { name: CaseName; ids: Set<string> }>();
  for (const { token, secret } of found)
    for (const name of [...(token?.cases ?? []), ...(secret?.cases ?? [])]) {
      const one = held.get(name.number) ?? { name, ids: new Set() };
      held.set(name.number, { name, ids: one.ids.add(token?.id ?? secret?.id ?? "") });
    }
  return [...held.values()]
    .map(({ name, ids }) => ({ ...name, held: ids.size }))
    .sort((one, other) => other.held - one.held || other.number - one.number);
}

/** What a case does not hold yet of what was found, each once. */
export function restOf(found: readonly IdentifiedValue[], number: number): Cased {
  const isIn = ({ token, secret }: IdentifiedValue) =>
    [...(token?.cases ?? []), ...(secret?.cases ?? [])].some((one) => one.number === number);
  const held = new Set(found.filter(isIn).map(({ token, secret }) => token?.id ?? secret?.id));
  const { tokenIds, secretIds } = casedOf(found);
  return {
    tokenIds: tokenIds.filter((id) => !held.has(id)),
    secretIds: secretIds.filter((id) => !held.has(id)),
  };
}

/** Puts what was found into a case, thousands in several requests; what is in it already stays as it is. `onAdded` hears what is left. */
export async function addToCase(
  number: number,
  all: Cased,
  onAdded: (rest: Cased) => void = () => {},
): Promise<void> {
  let left = all;
  while (sizeOf(left) > 0) {
    const { body, rest } = firstOf(left);
    await requestJson(`/api/v1/incidents/${number}/subjects`, { method: "POST", body });
    left = rest;
    onAdded(rest);
  }
}

/** How bad it is until somebody says better: low where nothing of it works any more. A token that is named has leaked, whether its value came whole or not. */
export function suggestedSeverity(found: readonly IdentifiedValue[]): Severity {
  const works = new Set(["active", "suspended", "not_yet_valid"]);
  return found.some(({ is, token, secret }) =>
    secret === null ? works.has(token?.state ?? "") : is === "live" || is === "suspended",
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
  const secrets = casedSecrets(found).length;
  const clients = [...new Set(found.flatMap(({ secret }) => secret?.clientId ?? []))];
  if (ids.size === 0 && secrets > 0)
    return `Leaked ${secrets === 1 ? "secret" : "secrets"} of ${clients.length === 1 ? clients[0] : `${clients.length} clients`}`.slice(
      0,
      TITLE_MAX,
    );
  const who = holders.length <= 1 ? (holders[0] ?? "") : `${holders.length} holders`;
  const also = secrets === 0 ? "" : `, and ${plural(secrets, "client secret", "client secrets")}`;
  return `${ids.size === 1 ? "Leaked token" : `${ids.size} leaked tokens`} of ${who}${also}`.slice(
    0,
    TITLE_MAX,
  );
}
