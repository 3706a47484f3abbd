import type { Sql } from "../db/sql.ts";

/** One at a time until the transaction ends: whoever makes, changes or revokes an API token. So what is made while another is revoked is seen by that, or is not made. */
export async function lockApiTokens(tx: Sql): Promise<void> {
  await tx.query(
    "SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(hashtext('tokenwarden.api_tokens'))) l",
  );
}
