import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { readPendingOrders, STATE_JOINS, stateSql } from "../tokens/state-sql.ts";
import type { LiveSignIn } from "./explain-model.ts";
import { endingOrder, findOrderToCome } from "./orders-to-come.ts";

/** Sign-ins that are told one by one. */
const SIGN_INS_MAX = 100;

type FamilyRecord = {
  familyId: string;
  rootedAt: Date;
  expiresAt: Date | null;
  signOnEndsAt: Date | null;
  accessId: string | null;
  accessEndsAt: Date | null;
  refreshId: string | null;
  refreshEndsAt: Date | null;
  isSuspended: boolean;
};

const earlier = (a: Date, b: Date | null) => (b !== null && b < a ? b : a);

/** The ends of one family: by its tokens' own ends, its absolute end, and the orders that are to come. */
async function endsOf(ctx: Context, family: FamilyRecord, absoluteSeconds: number): Promise<LiveSignIn> {
  const { accessId, refreshId, rootedAt } = family;
  const find = (id: string | null, isOfMany: boolean) =>
    id === null ? null : findOrderToCome(ctx.db, id, ctx.now, isOfMany);
  const [uponAccess, uponRefresh, uponAll] = await Promise.all([
    find(accessId, false),
    find(refreshId, false),
    find(refreshId ?? accessId, true),
  ]);
  const held = (end: Date | null, order: { effectiveFrom: Date } | null) =>
    end === null ? null : earlier(end, order?.effectiveFrom ?? null);
  const access = held(family.accessEndsAt, uponAccess);
  const refresh = held(family.refreshEndsAt, uponRefresh);
  const unused = new Date(Math.max(access?.getTime() ?? 0, refresh?.getTime() ?? 0));
  const absolute = earlier(
    new Date(Math.floor(rootedAt.getTime() / 1_000) * 1_000 + absoluteSeconds * 1_000),
    family.expiresAt,
  );
  // without a refresh token there is nothing to renew; with one, what it gives may be had until the last end of the family
  const natural = refresh === null ? unused : new Date(Math.max(absolute.getTime(), unused.getTime()));
  const latest = earlier(natural, uponAll?.effectiveFrom ?? null);
  const first = [uponAccess, uponRefresh]
    .flatMap((order) => (order === null || order.effectiveFrom > unused ? [] : [order]))
    .concat(uponAll !== null && uponAll.effectiveFrom <= latest ? [uponAll] : [])
    .toSorted((a, b) => a.effectiveFrom.getTime() - b.effectiveFrom.getTime())[0];
  return {
    familyId: family.familyId,
    signedInAt: rootedAt.toISOString(),
    isSuspended: family.isSuspended,
    accessEndsAt: access?.toISOString() ?? null,
    refreshEndsAt: refresh?.toISOString() ?? null,
    unusedEndsAt: earlier(unused, latest).toISOString(),
    latestEndsAt: latest.toISOString(),
    signOnEndsAt: family.signOnEndsAt?.toISOString() ?? null,
    endedBy: first === undefined ? null : endingOrder(first),
  };
}

/** The sign-ins of a user with a client that have a live token, the newest first. `absoluteSeconds` is what holds for the client now. */
export async function listLiveSignIns(
  ctx: Context,
  { userId, clientId, absoluteSeconds }: { userId: string; clientId: string; absoluteSeconds: number },
): Promise<LiveSignIn[]> {
  const state = stateSql(await readPendingOrders(ctx.db, ctx.now), ctx.now, 0);
  const families = await run<FamilyRecord>(
    ctx.db,
    sql`SELECT f.id AS "familyId", f.rooted_at AS "rootedAt", f.expires_at AS "expiresAt", live.*,
        (SELECT max(p.expires_at) FROM protocol_state p WHERE p.model = 'Session' AND p.uid = f.session_uid AND p.expires_at > ${ctx.now}::timestamptz) AS "signOnEndsAt"
      FROM token_family f CROSS JOIN LATERAL (SELECT
          (array_agg(t.id ORDER BY t.expires_at DESC) FILTER (WHERE t.kind = 'access'))[1] AS "accessId", max(t.expires_at) FILTER (WHERE t.kind = 'access') AS "accessEndsAt",
          (array_agg(t.id ORDER BY t.expires_at DESC) FILTER (WHERE t.kind = 'refresh'))[1] AS "refreshId", max(t.expires_at) FILTER (WHERE t.kind = 'refresh') AS "refreshEndsAt",
          coalesce(bool_or(${state.isSuspended}), false) AS "isSuspended", count(*) AS live
        FROM token t ${STATE_JOINS} WHERE t.family_id = f.id AND t.issued_at >= f.rooted_at - interval '1 minute' AND t.expires_at > ${ctx.now}::timestamptz
          AND NOT ${state.isRevoked} AND NOT (${state.isConsumed})) live
      WHERE f.user_id = ${userId}::uuid AND f.client_id = ${clientId}::uuid AND live.live > 0 ORDER BY f.rooted_at DESC, f.id LIMIT ${SIGN_INS_MAX}::int`,
  );
  return Promise.all(families.map((family) => endsOf(ctx, family, absoluteSeconds)));
}
