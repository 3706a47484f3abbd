import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { countLiveTokensInTime } from "../tokens/count-live-tokens.ts";
import { PROTOCOL_SCOPES, type TokenRow } from "../tokens/model.ts";
import { readClockSkew, readPendingOrders, STATE_JOINS, stateSql } from "../tokens/state-sql.ts";
import { isLive, readCaseTokens } from "./case-tokens.ts";
import { readIncident } from "./incident-row.ts";
import type { BlastRadius } from "./model.ts";
import { readLeakedApiTokens } from "./read-leaked-acts.ts";
import { readOpenedBySecrets } from "./read-taken-secrets.ts";

/** Holders and sessions that are named; the others are counted. */
const NAMED = 20;

function tally(rows: readonly TokenRow[], namesOf: (row: TokenRow) => readonly string[]) {
  const found = new Map<string, { tokens: number; live: number }>();
  for (const row of rows)
    for (const name of namesOf(row)) {
      const { tokens, live } = found.get(name) ?? { tokens: 0, live: 0 };
      found.set(name, { tokens: tokens + 1, live: live + (isLive(row) ? 1 : 0) });
    }
  return [...found]
    .map(([name, counts]) => ({ name, ...counts }))
    .sort((one, other) => other.live - one.live || one.name.localeCompare(other.name));
}

/** Verifiers that answer for what the tokens open, and until when the last of the live ones is good for each. */
async function readVerifiers(ctx: Context, rows: readonly TokenRow[]): Promise<BlastRadius["verifiers"]> {
  const until = new Map<string, string>();
  for (const row of rows.filter(isLive))
    for (const audience of row.audiences)
      if (row.expiresAt > (until.get(audience) ?? "")) until.set(audience, row.expiresAt);
  const audiences = [...new Set(rows.flatMap((row) => row.audiences))];
  const records = await run<{ id: string; name: string; audiences: string[] }>(
    ctx.db,
    sql`SELECT v.id, v.name, array_agg(a.name ORDER BY a.name) AS audiences FROM verifier v JOIN verifier_audience va ON va.verifier_id = v.id
        JOIN audience a ON a.id = va.audience_id
      WHERE v.disabled_at IS NULL AND a.name = ANY (${audiences}::text[]) GROUP BY v.id, v.name ORDER BY v.name`,
  );
  return records.map((record) => ({
    ...record,
    acceptsUntil:
      record.audiences
        .flatMap((name) => until.get(name) ?? [])
        .sort()
        .at(-1) ?? null,
  }));
}

/** Live tokens of the same sign-on sessions that are not of the case. */
async function readSessions(ctx: Context, rows: readonly TokenRow[]): Promise<BlastRadius["sessions"]> {
  const ids = rows.map(({ id }) => id);
  const state = stateSql(await readPendingOrders(ctx.db, ctx.now), ctx.now, await readClockSkew(ctx.db));
  return run(
    ctx.db,
    sql`WITH own AS MATERIALIZED (SELECT DISTINCT t.session_uid AS uid FROM unnest(${ids}::uuid[]) AS p(id)
        JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id WHERE t.session_uid IS NOT NULL)
      SELECT o.uid, count(*)::int AS "liveTokens" FROM own o JOIN token_family f ON f.session_uid = o.uid JOIN token t ON t.family_id = f.id ${STATE_JOINS}
      WHERE t.session_uid = o.uid AND t.expires_at > ${ctx.now}::timestamptz AND ${state.state} = 'active' AND t.id <> ALL (${ids}::uuid[])
      GROUP BY o.uid ORDER BY 2 DESC`,
  );
}

/**
 * What the tokens of a case open (permissions, audiences, and the verifiers that answer for those), what a leaked secret gets, what was made with a leaked API token, and what else hangs on them: live tokens of the same
 * users, clients and sign-on sessions. Needs `incident:read` and `token:read`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN
 */
export async function getBlastRadius(ctx: Context, number: number): Promise<BlastRadius> {
  requirePermission(ctx, "incident:read");
  requirePermission(ctx, "token:read");
  const incident = await readIncident(ctx.db, number);
  const { rows } = await readCaseTokens(ctx, incident);
  const named = await run<{ id: string }>(
    ctx.db,
    sql`SELECT s.target_id AS id FROM incident_subject s WHERE s.incident_id = ${incident.id}::uuid AND s.kind IN ('user', 'client')`,
  );
  const inCase = new Set(named.map(({ id }) => id));
  const users = new Map(rows.flatMap(({ user }) => (user === null ? [] : [[user.id, user.email] as const])));
  const clients = new Map(rows.map(({ client }) => [client.id, client.clientId] as const));
  const [userIds, clientIds] = [[...users.keys()].slice(0, NAMED), [...clients.keys()].slice(0, NAMED)];
  const [secrets, apiTokens, verifiers, sessions, ofUsers, ofClients] = await Promise.all([
    readOpenedBySecrets(ctx, incident.id),
    readLeakedApiTokens(ctx, incident.id),
    readVerifiers(ctx, rows),
    readSessions(ctx, rows),
    countLiveTokensInTime(ctx.db, { by: "user", ids: userIds, now: ctx.now }),
    countLiveTokensInTime(ctx.db, { by: "client", ids: clientIds, now: ctx.now }),
  ]);
  const holders = (ids: string[], names: Map<string, string>, of: typeof ofUsers) =>
    ids.map((id) => {
      const live = of?.(id);
      return {
        id,
        name: names.get(id) ?? id,
        isInCase: inCase.has(id),
        liveTokens: live === undefined ? null : live.access + live.refresh,
      };
    });
  return {
    secrets,
    apiTokens,
    permissions: tally(rows, ({ permissions }) => permissions.filter((name) => !PROTOCOL_SCOPES.has(name))),
    audiences: tally(rows, ({ audiences }) => audiences),
    verifiers,
    users: holders(userIds, users, ofUsers),
    clients: holders(clientIds, clients, ofClients),
    sessions: sessions.slice(0, NAMED),
    liveTokens: rows.filter(isLive).length,
    more: {
      users: users.size - userIds.length,
      clients: clients.size - clientIds.length,
      sessions: Math.max(0, sessions.length - NAMED),
    },
  };
}
