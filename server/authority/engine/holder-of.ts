import type { Sql } from "#lib/db/sql.ts";
import { holderName, readEmails } from "#lib/revocations/target-name.ts";
import type { Presented } from "./exchange.ts";

/** Whose what was presented is, for the name of an order on it. */
export async function holderOf(sql: Sql, presented: Presented): Promise<string> {
  const { userId, clientId: clientUuid, protocolClientId: clientId } = presented;
  const email = userId === null ? null : ((await readEmails(sql, [userId])).get(userId) ?? null);
  return holderName({ userId, email, clientUuid, clientId });
}
