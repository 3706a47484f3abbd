import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { wideNetworkOf } from "../list-query/address.ts";
import type { FilterValues } from "../list-query/define-table.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { inWindow, timeWindow, type Window } from "../list-query/time-window.ts";
import { T_COUNTRY } from "./branch.ts";
import type { TokenState } from "./model.ts";
import type { SearchLead } from "./narrow-branches.ts";
import type { LabelFilter, TallyQuestion } from "./read-tally.ts";
import { findClients } from "./search-branches.ts";
import type { tokensTable } from "./table.ts";

export type Filters = FilterValues<typeof tokensTable>;

/** Countries that are asked for, and the condition on a row. */
export type CountryQuestion = { filter: LabelFilter; contained: Fragment };

/** What a query's filters ask for, told apart by how it can be answered. */
export type TokenQuestion = {
  tally: TallyQuestion;
  /** With the condition that each is on a row. */
  labels: { filter: LabelFilter; contained: Fragment }[];
  clients: { ids: readonly string[]; contained: Fragment } | null;
  country: CountryQuestion | null;
  /** On the register and the usage, but for what a lead may answer: labels, clients, users, addresses. */
  conditions: Fragment[];
  /** What the states that are asked for imply, in a form that indexes know. */
  implied: Fragment[];
  expires: Window;
  used: Window;
  /** The time of issue that is asked for; the tally's may be narrower. */
  issued: Window;
  /** Nothing that was issued from then on can match. */
  issuedBefore: Date | null;
};

const CLOCK_SLACK_MS = 300_000;
const OPEN: Window = { from: null, to: null };
const LIVE: ReadonlySet<TokenState> = new Set(["active", "suspended", "not_yet_valid"]);

const latest = (...dates: (Date | null)[]) =>
  dates.reduce((one, other) => (one === null || (other !== null && other > one) ? other : one), null);
const earliest = (...dates: (Date | null)[]) =>
  dates.reduce((one, other) => (one === null || (other !== null && other < one) ? other : one), null);

function labelsOf(filters: Filters): TokenQuestion["labels"] {
  const found: TokenQuestion["labels"] = [];
  const add = (facet: LabelFilter["facet"], labels: readonly string[] | undefined, column: Fragment) => {
    if (labels) found.push({ filter: { facet, labels }, contained: sql`${column} && ${labels}::text[]` });
  };
  add("scope", filters.permission, sql`t.scopes`);
  add("group", filters.group, sql`t.groups`);
  add("role", filters.role, sql`t.roles`);
  add("audience", filters.audience, sql`t.audiences`);
  return found;
}

function countryOf({ country }: Filters): CountryQuestion | null {
  if (country === undefined) return null;
  return {
    filter: { facet: "country", labels: country },
    contained: sql`${T_COUNTRY} = ANY (${country}::text[])`,
  };
}

/** When a signing key began and ceased to sign bounds the search for its tokens, five minutes aside for clocks that differ. */
async function signingTimeOf(db: Sql, kid: string): Promise<Window | null> {
  const [key] = await run<{ from: Date; to: Date | null }>(
    db,
    sql`SELECT coalesce(activated_at, created_at) AS from, least(retiring_at, retired_at, compromised_at) AS to FROM signing_key WHERE kid = ${kid}`,
  );
  if (key === undefined) return null;
  return {
    from: new Date(key.from.getTime() - CLOCK_SLACK_MS),
    to: key.to === null ? null : new Date(key.to.getTime() + CLOCK_SLACK_MS),
  };
}

function conditionsOf(filters: Filters, isSigning: boolean, expires: Window, used: Window): Fragment[] {
  const conditions: Fragment[] = [];
  if (filters.kind) conditions.push(sql`t.kind = ANY (${filters.kind}::text[])`);
  if (filters.format) conditions.push(sql`t.format = ANY (${filters.format}::text[])`);
  if (filters.key) conditions.push(isSigning ? sql`t.signing_kid = ${filters.key}` : sql`false`);
  if (filters.expires) conditions.push(inWindow(sql`t.expires_at`, expires));
  if (filters.longLived)
    conditions.push(
      sql`t.expires_at - t.issued_at > make_interval(secs => ${filters.longLived.seconds}::int)`,
    );
  if (filters.lastUsed) conditions.push(inWindow(sql`us.last_used_at`, used));
  if (filters.neverUsed) conditions.push(filters.lastUsed ? sql`false` : sql`us.last_used_at IS NULL`);
  return conditions;
}

/** Reads what names mean, and what the filters say about times together. */
export async function questionOf(
  db: Database,
  filters: Filters,
  { now, text }: { now: Date; text: Pick<SearchLead, "isOfUsers" | "ofClients" | "ofClientsOrUsers"> | null },
): Promise<TokenQuestion> {
  const labels = labelsOf(filters);
  const country = countryOf(filters);
  const ofClients = text?.ofClients ?? null;
  const named = filters.client ? await findClients(db, filters.client) : ofClients;
  const clientIds = named?.filter((id) => ofClients === null || ofClients.includes(id)) ?? null;
  const signing = filters.key ? await signingTimeOf(db, filters.key) : undefined;
  const expires = filters.expires ? timeWindow(filters.expires, "ahead", now) : OPEN;
  const used = filters.lastUsed ? timeWindow(filters.lastUsed, "back", now) : OPEN;
  const asked = filters.issued ? timeWindow(filters.issued, "back", now) : OPEN;
  const states = filters.state ?? [];
  const areAll = (isSo: (state: TokenState) => boolean) => states.length > 0 && states.every(isSo);
  const isLive = areAll((one) => LIVE.has(one));
  const isExpired = areAll((one) => one === "expired");
  const isConsumed = areAll((one) => one === "consumed");
  // what is not yet valid was issued later than now, by a clock that is ahead
  const isAhead = areAll((one) => one === "not_yet_valid");
  const network = filters.ip ? wideNetworkOf(filters.ip) : null;
  const kinds = filters.kind?.filter((kind) => !isConsumed || kind === "refresh");
  return {
    labels,
    country,
    clients:
      clientIds === null
        ? null
        : { ids: clientIds, contained: sql`t.client_id = ANY (${clientIds}::uuid[])` },
    conditions: conditionsOf(filters, signing !== null, expires, used),
    implied: [
      ...(isLive ? [sql`t.expires_at > ${now}::timestamptz`] : []),
      ...(isExpired ? [sql`t.expires_at <= ${now}::timestamptz`] : []),
      ...(isConsumed ? [sql`t.kind = 'refresh'`] : []),
    ],
    expires: isLive ? { from: latest(expires.from, now), to: expires.to } : expires,
    used,
    issued: asked,
    issuedBefore: earliest(
      expires.to,
      used.to === null ? null : new Date(used.to.getTime() + CLOCK_SLACK_MS),
      isExpired ? now : null,
    ),
    tally: {
      labels: [
        ...labels.map(({ filter }) => filter),
        ...(country === null ? [] : [country.filter]),
        ...(filters.key ? [{ facet: "key" as const, labels: [filters.key] }] : []),
        ...(filters.user || text?.isOfUsers ? [{ facet: "holder" as const, labels: ["user"] }] : []),
        ...(network === null ? [] : [{ facet: "network" as const, labels: [network] }]),
      ],
      clientIds,
      kinds: kinds ?? (isConsumed ? ["refresh"] : null),
      formats: filters.format ?? null,
      issued: {
        from: latest(asked.from, signing?.from ?? null, isAhead ? now : null),
        to: earliest(asked.to, signing?.to ?? null),
      },
      // a token is used before it expires
      expiresAfter: latest(
        isLive ? now : null,
        expires.from,
        used.from === null ? null : new Date(used.from.getTime() - CLOCK_SLACK_MS),
      ),
      livesLongerThanSeconds: filters.longLived?.seconds ?? null,
      ofClientsOrUsers: text?.ofClientsOrUsers ?? null,
    },
  };
}
