import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { ENDS_AT, liveTokens } from "../revocations/live-tokens.ts";
import { type GrantRow, SIGN_ONS_SHOWN, type SignOnRow, type UserAccess } from "./model.ts";

type LiveRecord = {
  sessionUid: string | null;
  clientId: string;
  tokens: number;
  until: Date;
  lastUsedAt: Date;
};

type SignOnRecord = {
  uid: string;
  isSignedIn: boolean;
  signedInAt: Date | null;
  seenAt: Date | null;
  ip: string | null;
  country: string | null;
  userAgent: string | null;
};

type GrantRecord = {
  id: string;
  clientId: string;
  name: string;
  isAsked: boolean | null;
  scopes: string[] | null;
  permissions: string[] | null;
  givenAt: Date | null;
};

function latest(dates: readonly Date[]): string | null {
  return dates.length === 0 ? null : new Date(Math.max(...dates.map(Number))).toISOString();
}

const total = (rows: readonly LiveRecord[]) => rows.reduce((sum, row) => sum + row.tokens, 0);

async function readLive(db: Sql, userId: string, now: Date): Promise<LiveRecord[]> {
  const live = await liveTokens({ db, now });
  return run<LiveRecord>(
    db,
    sql`SELECT t.session_uid AS "sessionUid", t.client_id AS "clientId", count(*)::int AS tokens, max(${ENDS_AT}) AS until,
        max(greatest(t.issued_at, (SELECT g.last_used_at FROM token_usage g WHERE g.token_id = t.id))) AS "lastUsedAt"
      ${live(sql`t.user_id = ${userId}::uuid`)} GROUP BY 1, 2`,
  );
}

/** Sessions that are signed in, and those that live tokens come from. */
async function readSessions(db: Sql, userId: string, uids: readonly string[], now: Date) {
  return run<SignOnRecord>(
    db,
    sql`WITH signed_in AS (
        SELECT p.uid FROM protocol_state p WHERE p.account_id = ${userId} AND p.model = 'Session' AND p.uid IS NOT NULL
          AND p.expires_at > ${now}::timestamptz)
      SELECT x.uid, x.uid IN (SELECT uid FROM signed_in) AND (s.signed_in_at IS NULL OR s.signed_in_at
          + make_interval(secs => (SELECT session_absolute_seconds FROM organisation WHERE id = 1)) > ${now}::timestamptz) AS "isSignedIn",
        s.signed_in_at AS "signedInAt", s.seen_at AS "seenAt", s.ip, s.country, s.user_agent AS "userAgent"
      FROM (SELECT uid FROM signed_in UNION SELECT unnest(${uids}::text[])) x
      LEFT JOIN sign_on s ON s.uid = x.uid AND s.user_id = ${userId}::uuid
      ORDER BY s.seen_at DESC NULLS LAST, x.uid`,
  );
}

async function readGrants(db: Sql, userId: string, clientIds: readonly string[], now: Date) {
  return run<GrantRecord>(
    db,
    sql`SELECT c.id, c.client_id AS "clientId", c.name, g.is_asked AS "isAsked", g.scopes, g.permissions, g.given_at AS "givenAt"
      FROM client c LEFT JOIN user_grant g ON g.client_id = c.id AND g.user_id = ${userId}::uuid AND g.expires_at > ${now}::timestamptz
      WHERE c.id IN (SELECT client_id FROM user_grant WHERE user_id = ${userId}::uuid UNION SELECT unnest(${clientIds}::uuid[]))
        AND (g.user_id IS NOT NULL OR c.id = ANY (${clientIds}::uuid[]))
      ORDER BY lower(c.name), c.id`,
  );
}

function signOnRowOf(
  record: SignOnRecord,
  live: readonly LiveRecord[],
  names: ReadonlyMap<string, string>,
): SignOnRow {
  return {
    uid: record.uid,
    isSignedIn: record.isSignedIn,
    signedInAt: record.signedInAt?.toISOString() ?? null,
    seenAt: record.seenAt?.toISOString() ?? null,
    ip: record.ip,
    country: record.country,
    userAgent: record.userAgent,
    applications: [...new Set(live.map(({ clientId }) => names.get(clientId) ?? clientId))].sort(),
    liveTokens: total(live),
    until: latest(live.map((row) => row.until)),
  };
}

function grantRowOf(record: GrantRecord, live: readonly LiveRecord[]): GrantRow {
  return {
    client: { id: record.id, clientId: record.clientId, name: record.name },
    isAsked: record.isAsked ?? true,
    scopes: record.scopes ?? [],
    permissions: record.permissions ?? [],
    givenAt: record.givenAt?.toISOString() ?? null,
    lastUsedAt: latest(live.map((row) => row.lastUsedAt)),
    liveTokens: total(live),
    until: latest(live.map((row) => row.until)),
  };
}

/** Where a person is signed in, and which applications may act for them. Authorise before. */
export async function readAccess(
  db: Sql,
  { userId, now }: { userId: string; now: Date },
): Promise<UserAccess> {
  const live = await readLive(db, userId, now);
  const bySession = Map.groupBy(live, (row) => row.sessionUid);
  const byClient = Map.groupBy(live, (row) => row.clientId);
  const uids = [...bySession.keys()].filter((uid) => uid !== null);
  const [sessions, grants] = await Promise.all([
    readSessions(db, userId, uids, now),
    readGrants(db, userId, [...byClient.keys()], now),
  ]);
  const names = new Map(grants.map((grant) => [grant.id, grant.name]));
  const rows = sessions
    .filter((session) => session.isSignedIn || bySession.has(session.uid))
    .map((session) => signOnRowOf(session, bySession.get(session.uid) ?? [], names));
  return {
    sessions: rows.slice(0, SIGN_ONS_SHOWN),
    sessionCount: rows.length,
    grants: grants.map((grant) => grantRowOf(grant, byClient.get(grant.id) ?? [])),
  };
}

/** Every session of a person that is signed in or that live tokens came through. Authorise before. */
export async function readSessionUids(
  db: Sql,
  { userId, now }: { userId: string; now: Date },
): Promise<string[]> {
  const live = await readLive(db, userId, now);
  const withTokens = new Set(live.map((row) => row.sessionUid));
  const uids = [...withTokens].filter((uid) => uid !== null);
  const sessions = await readSessions(db, userId, uids, now);
  return sessions.filter(({ uid, isSignedIn }) => isSignedIn || withTokens.has(uid)).map(({ uid }) => uid);
}
