import type { Sql } from "../db/sql.ts";
import { isUuid } from "../ids.ts";
import type { FilterValues } from "../list-query/define-table.ts";
import { all, containing, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { inWindow, timeWindow, type Window } from "../list-query/time-window.ts";
import { tokensOfTarget } from "../revocations/order-tokens.ts";
import { byTokenId } from "./by-token-id.ts";
import type { TokenState } from "./model.ts";
import { type PendingOrders, reachedBy, type StateSql } from "./state-sql.ts";
import type { tokensTable } from "./table.ts";

/**
 * Where the rows of a list come from, in the order of issue: the register itself, or one of the narrow tables whose index already has what a
 * filter asks for. A planner that does not know how rare a label is walks the whole register for it; this decides for it.
 */
export type Branch = {
  from: Fragment;
  where: Fragment[];
  /** The columns that say issue time and id in this branch. Without the first, the id's own order is the order of issue. */
  issuedAt: Fragment | null;
  id: Fragment;
  /** Whether an index gives the rows in the order of issue. */
  isOrdered: boolean;
  /** The same rows without the register, for counting where nothing else is asked. */
  countFrom?: Fragment;
};

export type TokenSelection = {
  /** Disjoint: no token is in two. None: nothing can match. */
  branches: Branch[];
  /** What every row must fulfil, on `token t`, `s` and `c` of STATE_JOINS and `us` of the usage. */
  conditions: Fragment[];
  /** Whether the conditions look at more than the register's own columns. */
  needsState: boolean;
  needsUsage: boolean;
};

type Filters = FilterValues<typeof tokensTable>;

const T_ISSUED = sql`t.issued_at`;
const T_ID = sql`t.id`;

function onRegister(where: Fragment[], isOrdered = true): Branch {
  return { from: sql`token t`, where, issuedAt: T_ISSUED, id: T_ID, isOrdered };
}

function onLabel(kind: string, label: string, not: readonly string[]): Branch {
  const where = [sql`l.kind = ${kind}`, sql`l.label = ${label}`];
  if (not.length > 0)
    where.push(sql`NOT EXISTS (SELECT FROM token_label o WHERE o.kind = ${kind} AND o.label = ANY (${not}::text[])
      AND o.issued_at = l.issued_at AND o.token_id = l.token_id)`);
  return {
    from: sql`token_label l JOIN token t ON t.issued_at = l.issued_at AND t.id = l.token_id`,
    where,
    issuedAt: sql`l.issued_at`,
    id: sql`l.token_id`,
    isOrdered: true,
    countFrom: sql`token_label l`,
  };
}

async function findUsers(db: Sql, values: readonly string[]): Promise<string[]> {
  const rows = await run<{ id: string }>(
    db,
    sql`SELECT id FROM user_account WHERE email = ANY (${values.map((value) => value.toLowerCase())}::text[])
      OR id = ANY (${values.map((value) => value.toLowerCase()).filter(isUuid)}::uuid[])`,
  );
  return rows.map((row) => row.id);
}

async function findClients(db: Sql, values: readonly string[]): Promise<string[]> {
  const rows = await run<{ id: string }>(
    db,
    sql`SELECT id FROM client WHERE client_id = ANY (${values}::text[])
      OR id = ANY (${values.map((value) => value.toLowerCase()).filter(isUuid)}::uuid[])`,
  );
  return rows.map((row) => row.id);
}

const SEARCH_BRANCHES_MAX = 20;
const SEARCH_USERS_MAX = 500;

async function searchBranches(db: Sql, text: string): Promise<Branch[]> {
  const lower = text.toLowerCase();
  if (isUuid(lower)) {
    const id = sql`${lower}::uuid`;
    return [
      onRegister([byTokenId(lower)]),
      onRegister([sql`t.user_id = ${id}`]),
      onRegister([sql`t.client_id = ${id}`]),
      onRegister([sql`t.family_id = ${id}`], false),
    ];
  }
  if (/^[0-9a-f]{64}$/.test(lower)) return [onRegister([sql`t.value_hash = decode(${lower}, 'hex')`], false)];
  const pattern = containing(text);
  const users = await run<{ id: string }>(
    db,
    sql`SELECT id FROM user_account WHERE (email || ' ' || name) ILIKE ${pattern} LIMIT ${SEARCH_USERS_MAX + 1}::int`,
  );
  const clients = await run<{ id: string }>(
    db,
    sql`SELECT id FROM client WHERE client_id ILIKE ${pattern} OR name ILIKE ${pattern}`,
  );
  const userIds = users.map((row) => row.id);
  const clientIds = clients.map((row) => row.id);
  if (userIds.length > SEARCH_USERS_MAX)
    return [
      onRegister([
        // a scalar look-up a row: as EXISTS the planner reads all users
        sql`t.client_id = ANY (${clientIds}::uuid[]) OR coalesce((SELECT (x.email || ' ' || x.name) ILIKE ${pattern} FROM user_account x
          WHERE x.id = t.user_id), false)`,
      ]),
    ];
  if (userIds.length + clientIds.length > SEARCH_BRANCHES_MAX)
    return [
      onRegister(
        [sql`t.user_id = ANY (${userIds}::uuid[]) OR t.client_id = ANY (${clientIds}::uuid[])`],
        false,
      ),
    ];
  return [
    ...userIds.map((id) => onRegister([sql`t.user_id = ${id}::uuid`])),
    ...clientIds.map((id) =>
      onRegister([
        sql`t.client_id = ${id}::uuid`,
        sql`t.user_id IS NULL OR t.user_id <> ALL (${userIds}::uuid[])`,
      ]),
    ),
  ];
}

/** Labels rarer than this are where a list is read from; commoner ones are looked at row by row. */
const RARE_LABEL = 5_000;

async function countLabel(db: Sql, kind: string, labels: readonly string[], window: Window): Promise<number> {
  const [row] = await run<{ count: bigint }>(
    db,
    sql`SELECT count(*) AS count FROM (SELECT FROM token_label l WHERE l.kind = ${kind} AND l.label = ANY (${labels}::text[])
      AND ${inWindow(sql`l.issued_at`, window)} LIMIT ${RARE_LABEL + 1}::int) AS found`,
  );
  return Number(row?.count ?? 0);
}

type LabelFilter = { kind: string; labels: readonly string[]; contained: Fragment };

function labelFilters(filters: Filters): LabelFilter[] {
  const found: LabelFilter[] = [];
  if (filters.permission)
    found.push({
      kind: "scope",
      labels: filters.permission,
      contained: sql`t.scopes && ${filters.permission}::text[]`,
    });
  if (filters.group)
    found.push({
      kind: "group",
      labels: filters.group,
      contained: sql`t.groups && ${filters.group}::text[]`,
    });
  if (filters.audience)
    found.push({
      kind: "audience",
      labels: filters.audience,
      contained: sql`t.audiences && ${filters.audience}::text[]`,
    });
  return found;
}

const CLOCK_SLACK_MS = 300_000;

/** Tokens of a signing key; when it began and ceased to sign bounds the search, five minutes aside for clocks that differ. */
async function signedWith(db: Sql, kid: string): Promise<Fragment> {
  const [key] = await run<{ from: Date; to: Date | null }>(
    db,
    sql`SELECT coalesce(activated_at, created_at) AS from, least(retiring_at, retired_at, compromised_at) AS to FROM signing_key WHERE kid = ${kid}`,
  );
  if (key === undefined) return sql`false`;
  const from = new Date(key.from.getTime() - CLOCK_SLACK_MS);
  const to = key.to === null ? null : new Date(key.to.getTime() + CLOCK_SLACK_MS);
  return sql`t.signing_kid = ${kid} AND ${inWindow(sql`t.issued_at`, { from, to })}`;
}

/** Tokens that expire after an instant; where the register is walked, from the oldest week on that has one. */
async function expiringAfter(db: Sql, at: Date, isWalked: boolean): Promise<Fragment> {
  const expires = sql`t.expires_at > ${at}::timestamptz`;
  if (!isWalked) return expires;
  return sql`${expires} AND t.issued_at >= ${await oldestWeekExpiringAfter(db, at)}::timestamptz`;
}

const LIVE: ReadonlySet<TokenState> = new Set(["active", "suspended", "not_yet_valid"]);
// LIMIT keeps the planner from taking the join apart: it reads the narrow table in order and looks each token up
const ITS_TOKEN = sql`CROSS JOIN LATERAL (SELECT * FROM token x WHERE x.issued_at = uuid_extract_timestamp(d.token_id) AND x.id = d.token_id LIMIT 1) t`;
const ONLY_STANDING = sql`token_standing d ${ITS_TOKEN}`;
const ONLY_CONSUMED = sql`refresh_consumption d ${ITS_TOKEN}`;

/** More pending orders than these are looked at row by row. */
const PENDING_BRANCHES_MAX = 10;

/** Revoked tokens: the settled ones, and for each pending order those of its target that neither are settled nor reached by one before. */
function revokedBranches(pending: PendingOrders, settled: Branch): Branch[] | null {
  if (pending.revocations.length > PENDING_BRANCHES_MAX) return null;
  const unsettled = pending.revocations.map(({ targetKind, targetId, cutoff }, index) => {
    const { from, where } = tokensOfTarget(targetKind, targetId);
    const conditions = [
      where,
      sql`${cutoff}::timestamptz IS NULL OR t.rooted_at <= ${cutoff}::timestamptz`,
      sql`NOT EXISTS (SELECT FROM token_standing z WHERE z.token_id = t.id AND z.revoked_at IS NOT NULL)`,
    ];
    if (index > 0) conditions.push(sql`NOT ${reachedBy(pending.revokes.slice(0, index))}`);
    return { from, where: conditions, issuedAt: T_ISSUED, id: T_ID, isOrdered: false };
  });
  return [settled, ...unsettled];
}

/**
 * Branches for a state that few tokens are in, read from the narrow table that has them: they are of that state and need no other look. Null
 * where the register must be walked. The order of states is `token_state`'s; the property test of the lists holds them together.
 */
function stateBranches(states: readonly TokenState[], pending: PendingOrders, now: Date): Branch[] | null {
  if (states.length !== 1) return null;
  const places = { issuedAt: null, id: sql`d.token_id`, isOrdered: true };
  if (states[0] === "revoked")
    return revokedBranches(pending, {
      from: ONLY_STANDING,
      where: [sql`d.revoked_at IS NOT NULL`],
      ...places,
    });
  const isPending =
    pending.revokes.length > 0 || pending.suspends.length > 0 || !pending.countsSettledSuspensions;
  if (isPending) return null;
  if (states[0] === "consumed") {
    const isRevoked = sql`EXISTS (SELECT FROM token_standing z WHERE z.token_id = d.token_id AND z.revoked_at IS NOT NULL)`;
    return [{ from: ONLY_CONSUMED, where: [sql`NOT ${isRevoked}`], ...places }];
  }
  if (states[0] === "suspended") {
    const where = [
      sql`d.suspended_order_id IS NOT NULL AND d.revoked_at IS NULL`,
      sql`d.suspended_until IS NULL OR d.suspended_until > ${now}::timestamptz`,
      sql`t.expires_at > ${now}::timestamptz`,
      sql`NOT EXISTS (SELECT FROM refresh_consumption z WHERE z.token_id = d.token_id)`,
    ];
    return [{ from: ONLY_STANDING, where, ...places }];
  }
  return null;
}

const WEEK_MS = 7 * 86_400_000;
/** No token lives longer than a year; the rest is slack. */
const LIFE_MAX_WEEKS = 58;

/**
 * The week that the oldest token which expires at `at` or later was issued in. Older partitions hold nothing then, and would be read to the end to
 * find that out; this asks each for one.
 */
export async function oldestWeekExpiringAfter(db: Sql, at: Date): Promise<Date> {
  const since = new Date(at.getTime() - LIFE_MAX_WEEKS * WEEK_MS);
  const [row] = await run<{ week: Date | null }>(
    db,
    sql`SELECT min(w) AS week FROM generate_series(date_trunc('week', ${since}::timestamptz), ${at}::timestamptz, interval '7 days') w
      WHERE EXISTS (SELECT FROM token t WHERE t.issued_at >= w AND t.issued_at < w + interval '7 days' AND t.expires_at >= ${at}::timestamptz)`,
  );
  return row?.week ?? at;
}

/**
 * What a query's filters mean on the register. `byIssue` says that the list is ordered by issue time: only then may rows come from the narrow
 * tables.
 */
export async function selectTokens(
  db: Sql,
  filters: Filters,
  options: { now: Date; state: StateSql; pending: PendingOrders; byIssue: boolean },
): Promise<TokenSelection> {
  const { now, state, byIssue } = options;
  const conditions: Fragment[] = [];
  let branches: Branch[] | null = null;
  /** The first filter that has an index of its own leads; the others are looked at row by row. */
  const lead = (led: Branch[], otherwise: Fragment) => {
    if (branches === null) branches = led;
    else conditions.push(otherwise);
  };

  if (filters.family) {
    const only = sql`t.family_id = ${filters.family}::uuid`;
    lead([onRegister([only], false)], only);
  }
  if (filters.session) {
    const only = sql`t.session_uid = ${filters.session}`;
    lead(
      [
        onRegister(
          [
            sql`t.family_id IN (SELECT f.id FROM token_family f WHERE f.session_uid = ${filters.session})`,
            only,
          ],
          false,
        ),
      ],
      only,
    );
  }
  if (filters.user) {
    const ids = await findUsers(db, filters.user);
    lead(
      ids.map((id) => onRegister([sql`t.user_id = ${id}::uuid`])),
      sql`t.user_id = ANY (${ids}::uuid[])`,
    );
  }
  if (filters.q) {
    const found = await searchBranches(db, filters.q);
    const either = found.map((branch) => all(branch.where));
    lead(found, either.length === 0 ? sql`false` : anyOf(either));
  }

  const window: Window = filters.issued ? timeWindow(filters.issued, "back", now) : { from: null, to: null };
  let labels = labelFilters(filters);
  if (labels.length > 0 && branches === null) {
    const counts = await Promise.all(labels.map((one) => countLabel(db, one.kind, one.labels, window)));
    const rarest = counts.indexOf(Math.min(...counts));
    if ((counts[rarest] as number) <= RARE_LABEL || (byIssue && !filters.client)) {
      const { kind, labels: values } = labels[rarest] as LabelFilter;
      branches = values.map((label, index) => onLabel(kind, label, values.slice(0, index)));
      labels = labels.filter((_, index) => index !== rarest);
    }
  }
  conditions.push(...labels.map((one) => one.contained));
  if (filters.client) {
    const ids = await findClients(db, filters.client);
    lead(
      ids.map((id) => onRegister([sql`t.client_id = ${id}::uuid`])),
      sql`t.client_id = ANY (${ids}::uuid[])`,
    );
  }

  if (filters.kind) conditions.push(sql`t.kind = ANY (${filters.kind}::text[])`);
  if (filters.format) conditions.push(sql`t.format = ANY (${filters.format}::text[])`);
  if (filters.key) conditions.push(await signedWith(db, filters.key));
  if (filters.expires)
    conditions.push(inWindow(sql`t.expires_at`, timeWindow(filters.expires, "ahead", now)));
  let needsState = false;
  if (filters.state) {
    const states = filters.state;
    const led: Branch[] | null =
      byIssue && branches === null ? stateBranches(states, options.pending, now) : null;
    if (led !== null) branches = led;
    else {
      needsState = true;
      conditions.push(sql`${state.state} = ANY (${states}::text[])`);
      // says again, in a form that indexes know, what the state implies
      if (states.every((one) => LIVE.has(one)))
        conditions.push(await expiringAfter(db, now, branches === null));
      if (states.every((one) => one === "expired")) conditions.push(sql`t.expires_at <= ${now}::timestamptz`);
      if (states.every((one) => one === "consumed")) conditions.push(sql`t.kind = 'refresh'`);
    }
  }
  if (filters.lastUsed) {
    const used = timeWindow(filters.lastUsed, "back", now);
    conditions.push(inWindow(sql`us.last_used_at`, used));
    // a token is used before it expires
    if (used.from !== null)
      conditions.push(
        await expiringAfter(db, new Date(used.from.getTime() - CLOCK_SLACK_MS), branches === null),
      );
  }
  if (filters.neverUsed) conditions.push(sql`us.last_used_at IS NULL`);

  const found: Branch[] = branches ?? [onRegister([])];
  if (filters.issued)
    for (const branch of found) branch.where.push(inWindow(branch.issuedAt ?? T_ISSUED, window));
  return {
    branches: found,
    conditions,
    needsState,
    needsUsage: filters.lastUsed !== undefined || filters.neverUsed !== undefined,
  };
}

function anyOf(conditions: readonly Fragment[]): Fragment {
  return conditions.reduce((before, one) => sql`(${before}) OR (${one})`);
}
