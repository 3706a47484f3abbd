import type { Sql } from "../db/sql.ts";

/** Holds the settings of e-mail as they are until the transaction ends: before the log's head is locked, as whoever saves them takes both in this order. */
export async function holdMailSettings(tx: Sql): Promise<void> {
  await tx.query("SELECT 1 AS held FROM mail_settings WHERE id = 1 FOR SHARE");
}
