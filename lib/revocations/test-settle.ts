import type { Database } from "../db/database.ts";
import { settleNext } from "./settle-orders.ts";

/**
 * Settles what is due, and goes past the worker's second look by moving it nearer. An order that waits for somebody's long transaction, anywhere on the
 * server, steps aside for the others.
 */
export async function settleAll(db: Database): Promise<void> {
  for (let idle = 0; idle < 3; ) {
    if (await settleNext(db)) idle = 0;
    else {
      idle += 1;
      await db.query("UPDATE order_settling SET due_at = now() - interval '1 second'");
    }
  }
}
