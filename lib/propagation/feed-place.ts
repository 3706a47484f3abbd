import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { OrderRecord } from "../revocations/order-row.ts";

/** Where the whole of an order is in the feed, and since when. */
export type FeedPlace = { position: bigint; committedAt: Date };

/** Beyond every position: what is not all in the feed yet has been acknowledged by nobody. */
const NOT_YET = 2n ** 62n;
/** A selection that is being written is taken for one that will be whole in a moment, again and again. */
const NEXT_LOOK_MS = 1_000;

/** An order is one entry of the feed; a frozen selection comes into force chunk by chunk, each an entry of its own: the last one counts. */
export async function readFeedPlace(db: Sql, order: OrderRecord, now: Date): Promise<FeedPlace> {
  if (order.targetKind !== "selection" || (order.verb !== "revoke" && order.verb !== "suspend"))
    return { position: order.position, committedAt: order.createdAt };
  const [chunks] = await run<{ last: bigint | null; isWhole: boolean | null }>(
    db,
    sql`SELECT max(x.position) AS last, bool_and(x.position IS NOT NULL) AS "isWhole" FROM selection_chunk x
      WHERE x.selection_id = ${order.targetId}::uuid`,
  );
  if (chunks?.isWhole !== true || order.settledAt === null)
    return { position: NOT_YET, committedAt: new Date(now.getTime() + NEXT_LOOK_MS) };
  return { position: chunks.last ?? order.position, committedAt: order.settledAt };
}
