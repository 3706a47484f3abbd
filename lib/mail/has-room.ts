import type { Sql } from "../db/sql.ts";
import { mailServerOf, readMailRecord } from "./mail-settings.ts";
import { QUEUED_MAX } from "./model.ts";

/** Places in the outbox that are for people who are written to by hand. */
const KEPT_FREE = 200;

/** Whether mails that nobody waits for can be queued: a server is set up, and enough of the outbox is free. The settings stay as they are until the transaction ends. */
export async function hasRoomForMails(tx: Sql, count: number): Promise<boolean> {
  if (mailServerOf(await readMailRecord(tx, "share")) === null) return false;
  const [waiting] = await tx.query<{ count: bigint }>("SELECT count(*) FROM mail WHERE state = 'queued'");
  return Number(waiting?.count ?? 0) + count <= QUEUED_MAX - KEPT_FREE;
}
