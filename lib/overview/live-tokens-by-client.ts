import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { timedCache } from "../list-query/timed-cache.ts";
import { withinTime } from "../list-query/within-time.ts";
import { type LiveOfClient, liveByClient } from "../tokens/live-by-client.ts";
import { readClockSkew, readPendingOrders, STATE_JOINS, stateSql } from "../tokens/state-sql.ts";

export type LiveCount = {
  clientUuid: string;
  clientId: string;
  name: string;
  kind: "access" | "refresh";
  count: number;
};

const TIMEOUT_MS = 1_900;
const cache = timedCache<object, LiveCount[] | null>();

/** What is counted, with the clients' names. */
async function named(ctx: Context, counted: readonly LiveOfClient[]): Promise<LiveCount[]> {
  const ids = [...new Set(counted.map(({ clientId }) => clientId))];
  const clients = await run<{ id: string; clientId: string; name: string }>(
    ctx.db,
    sql`SELECT id, client_id AS "clientId", name FROM client WHERE id = ANY (${ids}::uuid[])`,
  );
  const byId = new Map(clients.map((client) => [client.id, client]));
  return counted.map(({ clientId: clientUuid, kind, tokens: count }) => {
    const { clientId, name } = byId.get(clientUuid) ?? { clientId: clientUuid, name: "Deleted client" };
    return { clientUuid, clientId, name, kind, count };
  });
}

/** Active tokens by client and kind, or null where there are more than can be counted in time. Kept a little by what counting cost. */
export function liveTokensByClient(ctx: Context): Promise<LiveCount[] | null> {
  return cache.get(ctx.db.pool, async () => {
    const counted = await liveByClient(ctx.db, { now: ctx.now, clientIds: null });
    if (counted !== null) return named(ctx, counted);
    const [pending, skew] = await Promise.all([readPendingOrders(ctx.db, ctx.now), readClockSkew(ctx.db)]);
    const { state } = stateSql(pending, ctx.now, skew);
    const rows = await withinTime<Omit<LiveCount, "count"> & { count: bigint }>(
      ctx.db,
      sql`SELECT n.client_id AS "clientUuid", coalesce(cl.client_id, n.client_id::text) AS "clientId", coalesce(cl.name, 'Deleted client') AS name,
          n.kind, n.count
        FROM (SELECT t.client_id, t.kind, count(*) AS count FROM token t ${STATE_JOINS}
          WHERE t.expires_at > ${ctx.now}::timestamptz AND ${state} = 'active' GROUP BY 1, 2) n
        LEFT JOIN client cl ON cl.id = n.client_id`,
      TIMEOUT_MS,
    );
    return rows?.map((row) => ({ ...row, count: Number(row.count) })) ?? null;
  });
}
