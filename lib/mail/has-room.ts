import type { Sql } from "../db/sql.ts";
import type { FormerServer } from "./former-server.ts";
import { mailServerOf, readMailRecord } from "./mail-settings.ts";
import { QUEUED_MAX } from "./model.ts";

/** Places in the outbox that are for people who are written to by hand, and for alarms. */
const KEPT_FREE = 200;

/**
 * Whether mails that nobody waits for can be queued: a server is set up, and enough of the outbox is free. Alarms may have the kept places too. The settings stay as they are until the
 * transaction ends.
 */
export async function hasRoomForMails(
  tx: Sql,
  count: number,
  { isAlarm = false, former }: { isAlarm?: boolean; former?: FormerServer | undefined } = {},
): Promise<boolean> {
  if (former === undefined && mailServerOf(await readMailRecord(tx, "share")) === null) return false;
  const [waiting] = await tx.query<{ count: bigint }>("SELECT count(*) FROM mail WHERE state = 'queued'");
  return Number(waiting?.count ?? 0) + count <= QUEUED_MAX - (isAlarm ? 0 : KEPT_FREE);
}
