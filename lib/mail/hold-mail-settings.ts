import type { Sql } from "../db/sql.ts";

/**
 * Holds the settings of e-mail as they are until the transaction ends: before the log's head is locked, as whoever saves them takes both in this order.
 *
 * @param mayChange whether what follows may save them. It holds them alone from here on: of two who shared them first, neither could.
 */
export async function holdMailSettings(tx: Sql, { mayChange }: { mayChange: boolean }): Promise<void> {
  await tx.query(`SELECT 1 AS held FROM mail_settings WHERE id = 1 FOR ${mayChange ? "UPDATE" : "SHARE"}`);
}
