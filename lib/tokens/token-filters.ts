import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import type { FilterValues } from "../list-query/define-table.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { inWindow, type Window } from "../list-query/time-window.ts";
import { addressCondition, addressLead } from "./address-lead.ts";
import { type Branch, onRegister, T_ISSUED } from "./branch.ts";
import {
  clientLead,
  costOf,
  fewClientsLead,
  isOfUse,
  type Lead,
  labelLead,
  registerLead,
  stretchesOf,
  windowOf,
} from "./lead.ts";
import type { TokenState } from "./model.ts";
import { narrowBranches } from "./narrow-branches.ts";
import { type LabelFilter, readTally, type Tally, type TallyQuestion } from "./read-tally.ts";
import { findClients } from "./search-branches.ts";
import { stateBranches } from "./state-branches.ts";
import type { PendingOrders, StateSql } from "./state-sql.ts";
import type { TokensQuery, tokensTable } from "./table.ts";

type Filters = FilterValues<typeof tokensTable>;

export type TokenSelection = {
  /** Disjoint: no token is in two. None: nothing can match. */
  branches: Branch[];
  /** What every row must fulfil, on `token t`, `s` and `c` of STATE_JOINS and `us` of the usage. */
  conditions: Fragment[];
  /** Whether the conditions look at more than the register's own columns. */
  needsState: boolean;
  needsUsage: boolean;
  /** Whether the rows are too many to sort by last use, and are to be read from the counters of use. */
  isByUsage: boolean;
  /** The time of last use that is asked for. */
  used: Window;
  /** What the tally says, where it was asked and is of use. */
  tally: Tally | null;
  question: TallyQuestion;
  /** Whether labels, clients, kinds, formats and issue time are all that is asked for. */
  isAllTallied: boolean;
  /** The same way to the rows of another stretch of time. */
  branchesIn: (stretch: Window) => Branch[];
};

export type SelectOptions = {
  now: Date;
  state: StateSql;
  pending: PendingOrders;
  sort: TokensQuery["sort"]["key"];
};

/** So many tokens can be read and sorted at once. */
const SORTED_MAX = 20_000;
const CLOCK_SLACK_MS = 300_000;

const LIVE: ReadonlySet<TokenState> = new Set(["active", "suspended", "not_yet_valid"]);

function labelFilters(filters: Filters): { filter: LabelFilter; contained: Fragment }[] {
  const found: { filter: LabelFilter; contained: Fragment }[] = [];
  const add = (facet: LabelFilter["facet"], labels: readonly string[] | undefined, column: Fragment) => {
    if (labels) found.push({ filter: { facet, labels }, contained: sql`${column} && ${labels}::text[]` });
  };
  add("scope", filters.permission, sql`t.scopes`);
  add("group", filters.group, sql`t.groups`);
  add("role", filters.role, sql`t.roles`);
  add("audience", filters.audience, sql`t.audiences`);
  return found;
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

const latest = (...dates: (Date | null)[]) =>
  dates.reduce((one, other) => (one === null || (other !== null && other > one) ? other : one), null);
const earliest = (...dates: (Date | null)[]) =>
  dates.reduce((one, other) => (one === null || (other !== null && other < one) ? other : one), null);

/** Rows of the narrow tables, about. */
async function sizeOf(db: Sql, table: "token_standing" | "refresh_consumption"): Promise<number> {
  const [row] = await db.query<{ rows: number }>(
    "SELECT greatest(reltuples, 0)::float8 AS rows FROM pg_class WHERE oid = $1::regclass",
    [table],
  );
  return row?.rows ?? 0;
}

/**
 * What a query's filters mean on the register: conditions on each row, and the way to the rows that has the fewest to look at. Only a list that is
 * ordered by issue time may take many rows in the order of the narrow tables.
 */
export async function selectTokens(
  db: Database,
  filters: Filters,
  options: SelectOptions,
): Promise<TokenSelection> {
  const { now, state, pending } = options;
  const byIssue = options.sort === "issued";
  const byUse = options.sort === "lastUsed";
  const { branches: narrow, rest: conditions } = await narrowBranches(db, filters);
  const labels = labelFilters(filters);
  const clientIds = filters.client ? await findClients(db, filters.client) : null;
  const ofClients = sql`t.client_id = ANY (${clientIds ?? []}::uuid[])`;
  const signing = filters.key ? await signingTimeOf(db, filters.key) : undefined;
  const expires = windowOf(filters.expires, "ahead", now);
  const used = windowOf(filters.lastUsed, "back", now);
  const issuedAsked = windowOf(filters.issued, "back", now);
  const states = filters.state ?? [];
  // what is not yet valid was issued later than now, by a clock that is ahead
  const isAhead = states.length > 0 && states.every((one) => one === "not_yet_valid");
  const issued: Window = {
    from: latest(issuedAsked.from, signing?.from ?? null, isAhead ? now : null),
    to: earliest(issuedAsked.to, signing?.to ?? null),
  };

  if (filters.kind) conditions.push(sql`t.kind = ANY (${filters.kind}::text[])`);
  if (filters.format) conditions.push(sql`t.format = ANY (${filters.format}::text[])`);
  if (filters.key) conditions.push(signing === null ? sql`false` : sql`t.signing_kid = ${filters.key}`);
  if (filters.expires) conditions.push(inWindow(sql`t.expires_at`, expires));
  if (filters.longLived)
    conditions.push(
      sql`t.expires_at - t.issued_at > make_interval(secs => ${filters.longLived.seconds}::int)`,
    );
  if (filters.lastUsed) conditions.push(inWindow(sql`us.last_used_at`, used));
  if (filters.neverUsed) conditions.push(sql`us.last_used_at IS NULL`);
  if (byUse) conditions.push(sql`us.last_used_at IS NOT NULL`);

  const isLive = states.length > 0 && states.every((one) => LIVE.has(one));
  const isExpired = states.length > 0 && states.every((one) => one === "expired");
  const isConsumed = states.length > 0 && states.every((one) => one === "consumed");
  // says again, in a form that indexes know, what the state implies
  const implied: Fragment[] = [];
  if (isLive) implied.push(sql`t.expires_at > ${now}::timestamptz`);
  if (isExpired) implied.push(sql`t.expires_at <= ${now}::timestamptz`);
  if (isConsumed) implied.push(sql`t.kind = 'refresh'`);

  const question: TallyQuestion = {
    labels: [
      ...labels.map(({ filter }) => filter),
      ...(filters.key ? [{ facet: "key" as const, labels: [filters.key] }] : []),
    ],
    clientIds,
    kinds: isConsumed ? ["refresh"] : (filters.kind ?? null),
    formats: filters.format ?? null,
    issued,
    // a token is used before it expires
    expiresAfter: latest(
      isLive ? now : null,
      expires.from,
      used.from === null ? null : new Date(used.from.getTime() - CLOCK_SLACK_MS),
    ),
    livesLongerThanSeconds: filters.longLived?.seconds ?? null,
  };
  const selection = {
    conditions,
    needsState: false,
    needsUsage: byUse || filters.lastUsed !== undefined || filters.neverUsed !== undefined,
    isByUsage: false,
    used,
    tally: null as Tally | null,
    question,
    isAllTallied: false,
    branchesIn: (): Branch[] => [],
  };
  const inState = () => {
    if (states.length === 0) return;
    selection.needsState = true;
    conditions.push(sql`${state.state} = ANY (${states}::text[])`, ...implied);
  };

  if (narrow !== null) {
    conditions.push(...labels.map(({ contained }) => contained));
    if (filters.client) conditions.push(ofClients);
    if (filters.ip) conditions.push(addressCondition(filters.ip).only);
    if (filters.issued || filters.key)
      for (const branch of narrow) branch.where.push(inWindow(T_ISSUED, issued));
    inState();
    return { ...selection, branches: narrow };
  }

  const [tallied, byAddress] = await Promise.all([
    readTally(db, question),
    filters.ip ? addressLead(db, filters.ip) : null,
  ]);
  const tally = isOfUse(tallied, now) ? tallied : null;
  const issuedBefore = earliest(
    expires.to,
    used.to === null ? null : new Date(used.to.getTime() + CLOCK_SLACK_MS),
    isExpired ? now : null,
  );
  const stretches = tally === null ? [issued] : stretchesOf(tally, question, issuedBefore);
  const unknown = Number.MAX_SAFE_INTEGER;

  const leads: Lead[] = [
    registerLead(tally?.inRegister ?? unknown),
    ...labels.map(({ filter, contained }, index) =>
      // a label costs a look into the register for each row
      labelLead(filter, contained, tally === null ? unknown / 2 : (tally.ofLabels[index] as number) * 1.5),
    ),
    ...(clientIds === null ? [] : [clientLead(clientIds, ofClients, tally?.ofClients ?? unknown / 4)]),
  ];
  const few = tally === null || clientIds !== null ? null : fewClientsLead(tally);
  if (few !== null) leads.push(few);
  if (byAddress !== null) leads.push(byAddress);
  const atMost = tally?.atMost ?? 1;
  const best = leads.reduce((one, other) =>
    byIssue
      ? costOf(other, atMost) < costOf(one, atMost)
        ? other
        : one
      : other.tokens < one.tokens
        ? other
        : one,
  );
  // in another order than that of issue, what is few is read and sorted; of many the register's own index gives the first
  const lead = byIssue || best.tokens <= SORTED_MAX ? best : (leads[0] as Lead);

  const answered = new Set<Fragment | null>([lead.answers]);
  const rest = [
    ...labels.map(({ contained }) => contained),
    ...(clientIds === null ? [] : [ofClients]),
    ...(filters.ip && (byAddress === null || lead !== byAddress) ? [addressCondition(filters.ip).only] : []),
  ].filter((condition) => !answered.has(condition));

  const byState = byIssue ? stateBranches(states, pending, now) : null;
  if (byState !== null) {
    const table = states[0] === "consumed" ? "refresh_consumption" : "token_standing";
    if ((await sizeOf(db, table)) < lead.tokens) {
      const others = [...rest, ...(lead.answers === null ? [] : [lead.answers])];
      for (const branch of byState)
        if (branch.issuedAt !== null) branch.where.push(inWindow(T_ISSUED, issued));
      const bounds = filters.issued || filters.key ? [inWindow(T_ISSUED, issued)] : [];
      return { ...selection, conditions: [...conditions, ...others, ...bounds], branches: byState, tally };
    }
  }
  inState();
  conditions.push(...rest);
  if (byUse && best.tokens > SORTED_MAX) {
    if (filters.issued || filters.key) conditions.push(inWindow(T_ISSUED, issued));
    return { ...selection, tally, isByUsage: true, branches: [onRegister([], false)] };
  }
  const asked = Object.keys(filters).filter((key) => filters[key as keyof Filters] !== undefined);
  const talliedKeys = new Set([
    "client",
    "kind",
    "format",
    "permission",
    "group",
    "role",
    "audience",
    "key",
    "issued",
  ]);
  return {
    ...selection,
    tally,
    branches: stretches.flatMap((stretch) => lead.branches(stretch)),
    branchesIn: lead.branches,
    isAllTallied: tally?.isExact === true && asked.every((key) => talliedKeys.has(key)),
  };
}
