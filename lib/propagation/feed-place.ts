import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { OrderRecord } from "../revocations/order-row.ts";

/** Where the whole of an order is in the feed, and an instant at which all of it was committed for certain. */
export type FeedPlace = { position: bigint; committedAt: Date };

/** Beyond every position: what is not all in the feed yet has been acknowledged by nobody. */
const NOT_YET = 2n ** 62n;
/** What is being committed is taken for something that will be in a moment, again and again. */
const NEXT_LOOK_MS = 1_000;
/** No transaction that places an order goes on for longer. */
const COMMIT_MS = 60_000;

/** An order is one entry of the feed; a frozen selection comes into force chunk by chunk, each an entry of its own: the last one counts. */
export async function readFeedPlace(db: Sql, order: OrderRecord, now: Date): Promise<FeedPlace> {
  if (order.targetKind !== "selection" || (order.verb !== "revoke" && order.verb !== "suspend"))
    return {
      position: order.position,
      committedAt: await committedBy(db, order.position, order.createdAt, now),
    };
  const [chunks] = await run<{ last: bigint | null; isWhole: boolean | null }>(
    db,
    sql`SELECT max(x.position) AS last, bool_and(x.position IS NOT NULL) AS "isWhole" FROM selection_chunk x
      WHERE x.selection_id = ${order.targetId}::uuid`,
  );
  if (chunks?.isWhole !== true || order.settledAt === null)
    return { position: NOT_YET, committedAt: new Date(now.getTime() + NEXT_LOOK_MS) };
  // it is settled in a transaction after that of its last chunk
  return { position: chunks.last ?? order.position, committedAt: order.settledAt };
}

/** An order's own time is before its commit: the first look at the feed's head from elsewhere that found it there is after it. */
async function committedBy(db: Sql, position: bigint, placedAt: Date, now: Date): Promise<Date> {
  const [sighting] = await run<{ at: Date }>(
    db,
    sql`SELECT k.at FROM feed_sighting k WHERE k.position >= ${position}::bigint ORDER BY k.position LIMIT 1`,
  );
  const ms = Math.min(sighting?.at.getTime() ?? now.getTime() + NEXT_LOOK_MS, placedAt.getTime() + COMMIT_MS);
  return new Date(Math.max(placedAt.getTime(), ms));
}
