import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { getEnv } from "../env.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { readTokenPropagation } from "../propagation/token-propagation.ts";
import { missingToken } from "../retention/find-purged-token.ts";
import { type OrderSubject, verdictOf } from "../revocations/model.ts";
import { orderOfRecord } from "../revocations/order-of-record.ts";
import type { OrderRecord } from "../revocations/order-row.ts";
import { readReachingOrders, subjectUnder } from "../revocations/reaching-orders.ts";
import { byTokenId } from "./by-token-id.ts";
import { readLineage } from "./lineage.ts";
import { lineageClaims } from "./lineage-claims.ts";
import { PROTOCOL_SCOPES, type StandingOrder, type TokenDetail } from "./model.ts";
import { readClockSkew, readPendingOrders, STATE_JOINS, stateSql } from "./state-sql.ts";
import { ROW_JOINS, rowColumns, type TokenRecord, tokenRowOf } from "./token-row.ts";

type DetailRecord = TokenRecord & {
  familyId: string;
  parentId: string | null;
  sessionUid: string | null;
  grantType: string;
  roles: string[];
  claims: Record<string, unknown>;
  rootedAt: Date;
  ip: string | null;
  userAgent: string | null;
  valueHash: string;
  signingKid: string | null;
  algorithm: string | null;
};

function subjectOf(record: DetailRecord): OrderSubject {
  return {
    id: record.id,
    familyId: record.familyId,
    sessionUid: record.sessionUid,
    userId: record.userId,
    clientId: record.clientUuid,
    scopes: record.scopes,
    groups: record.groups,
    audiences: record.audiences,
    signingKid: record.signingKid,
    rootedAtMs: record.rootedAt.getTime(),
  };
}

/** The claims as they were signed, or as introspection answers them for an opaque token. @see RFC 9068 section 2.2 */
function payloadOf(record: DetailRecord, issuer: string): Record<string, unknown> {
  const { audiences } = record;
  return {
    iss: issuer,
    sub: record.subject,
    client_id: record.clientId ?? record.clientUuid,
    ...(record.kind === "access" ? { aud: audiences.length === 1 ? audiences[0] : audiences } : {}),
    scope: record.scopes.join(" "),
    groups: record.groups,
    roles: record.roles,
    ...(record.kind === "access"
      ? { entitlements: record.scopes.filter((scope) => !PROTOCOL_SCOPES.has(scope)) }
      : {}),
    iat: Math.floor(record.issuedAt.getTime() / 1000),
    exp: Math.floor(record.expiresAt.getTime() / 1000),
    jti: record.id,
    rooted_at: record.rootedAt.getTime(),
    ...lineageClaims(record),
    ...record.claims,
  };
}

/** When a suspension runs out or is given back by the first restore of its target after it, whichever comes first. */
function endOfSuspension(order: OrderRecord, records: readonly OrderRecord[]): Date | null {
  if (order.verb !== "suspend") return null;
  const ends = records
    .filter(
      ({ verb, targetKind, targetId, position }) =>
        verb === "restore" &&
        targetKind === order.targetKind &&
        targetId === order.targetId &&
        position > order.position,
    )
    .map(({ effectiveFrom }) => effectiveFrom);
  if (order.expiresAt !== null) ends.push(order.expiresAt);
  return ends.toSorted((one, other) => one.getTime() - other.getTime())[0] ?? null;
}

function standingOrders(records: readonly OrderRecord[], subject: OrderSubject, now: Date): StandingOrder[] {
  const verdict = verdictOf(records.map(orderOfRecord), subjectUnder(subject, records), now.getTime());
  return records.map((record) => ({
    id: record.id,
    verb: record.verb,
    targetKind: record.targetKind,
    targetId: record.targetId,
    targetName: record.targetName,
    reason: record.reason,
    note: record.note,
    actorKind: record.actorKind,
    actorId: record.actorId,
    actorName: record.actorName,
    createdAt: record.createdAt.toISOString(),
    effectiveFrom: record.effectiveFrom.toISOString(),
    expiresAt: record.expiresAt?.toISOString() ?? null,
    until: endOfSuspension(record, records)?.toISOString() ?? null,
    isCancelled: records.some(({ cancelsId }) => cancelsId === record.id),
    decides: record.id === verdict.order?.id,
  }));
}

/**
 * Everything about one token but its value: what was signed, the orders that reach it, its family, and which verifiers can still accept it.
 * Needs `token:read`.
 *
 * @throws {DomainError} NOT_FOUND, GONE where it has left the register with its week.
 */
export async function getToken(ctx: Context, id: string): Promise<TokenDetail> {
  requirePermission(ctx, "token:read");
  const [pending, skew] = await Promise.all([readPendingOrders(ctx.db, ctx.now), readClockSkew(ctx.db)]);
  const state = stateSql(pending, ctx.now, skew);
  const [record] = await run<DetailRecord>(
    ctx.db,
    sql`SELECT ${rowColumns(state)}, t.family_id AS "familyId", t.parent_id AS "parentId", t.session_uid AS "sessionUid",
        t.grant_type AS "grantType", t.roles, t.claims, t.rooted_at AS "rootedAt", t.ip, t.user_agent AS "userAgent",
        encode(t.value_hash, 'hex') AS "valueHash", t.signing_kid AS "signingKid", k.algorithm
      FROM token t ${STATE_JOINS} ${ROW_JOINS} LEFT JOIN signing_key k ON k.kid = t.signing_kid WHERE ${byTokenId(id)}`,
  );
  if (record === undefined) throw await missingToken(ctx.db, id);
  const row = tokenRowOf(record);
  const subject = subjectOf(record);
  const [records, lineage] = await Promise.all([
    readReachingOrders(ctx.db, subject),
    readLineage(ctx.db, record.familyId, state),
  ]);
  const orders = standingOrders(records, subject, ctx.now);
  const decides = orders.find((order) => order.decides)?.id;
  const { verifiers, journey } = await readTokenPropagation(ctx, row, {
    decides: records.find(({ id: orderId }) => orderId === decides) ?? null,
    clientDisabledAt: record.clientDisabledAt,
  });
  const live = lineage.nodes.findLast((node) => node.kind === "refresh" && node.state === "active");
  return {
    ...row,
    familyId: record.familyId,
    parentId: record.parentId,
    sessionUid: record.sessionUid,
    grantType: record.grantType,
    roles: record.roles,
    rootedAt: record.rootedAt.toISOString(),
    issuingIp: record.ip,
    issuingUserAgent: record.userAgent,
    valueHash: record.valueHash,
    signingKid: record.signingKid,
    algorithm: record.algorithm,
    header:
      record.format === "jwt"
        ? { typ: "at+jwt", alg: record.algorithm ?? "unknown", kid: record.signingKid }
        : null,
    payload: payloadOf(record, getEnv().authorityIssuer),
    orders,
    lineage: lineage.nodes,
    lineageTotal: lineage.total,
    liveRefreshTokenId: live?.id ?? null,
    verifiers,
    journey,
  };
}
