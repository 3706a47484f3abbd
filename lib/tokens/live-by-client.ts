import type { Sql } from "../db/sql.ts";
import type { TokenKind } from "./model.ts";
import { statesByClient } from "./states-by-client.ts";

export type LiveOfClient = { clientId: string; kind: TokenKind; tokens: number };

/** Active tokens by client and kind, to the last one; null where `statesByClient` does not know them. @param clientIds only these, or all. */
export async function liveByClient(
  db: Sql,
  asked: { now: Date; clientIds: readonly string[] | null },
): Promise<LiveOfClient[] | null> {
  const counted = await statesByClient(db, { ...asked, isWithEnded: false });
  return (
    counted
      ?.map(({ clientId, kind, tokens }) => ({ clientId, kind, tokens: tokens.active }))
      .filter(({ tokens }) => tokens > 0) ?? null
  );
}
