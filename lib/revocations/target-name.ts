import type { Sql } from "../db/sql.ts";
import { shortId } from "../tokens/model.ts";

/** Whose tokens they are: "uma@example.com through web-shop", or the client alone where no user is behind them. */
export type Holder = {
  userId: string | null;
  email: string | null;
  clientUuid: string;
  /** The `client_id` of the protocol. */
  clientId: string | null;
};

/** What is gone goes by its id. */
export function holderName({ userId, email, clientUuid, clientId }: Holder): string {
  const client = clientId ?? shortId(clientUuid);
  return userId === null ? client : `${email ?? shortId(userId)} through ${client}`;
}

/** The name that an order or an act keeps of a target that has none of its own: "family 01980c2e…9b10 of token-bot". */
export function targetName(
  what: "access token" | "refresh token" | "family" | "session",
  id: string,
  holder: string,
): string {
  return `${what} ${shortId(id)} of ${holder}`;
}

/** E-mail addresses of the users among `userIds` that there are, by id. */
export async function readEmails(
  db: Sql,
  userIds: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(userIds.filter((id) => id !== null))];
  if (ids.length === 0) return new Map();
  const rows = await db.query<{ id: string; email: string }>(
    "SELECT id, email FROM user_account WHERE id = ANY ($1::uuid[])",
    [ids],
  );
  return new Map(rows.map(({ id, email }) => [id, email]));
}
