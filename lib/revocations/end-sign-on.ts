import type { Sql } from "../db/sql.ts";
import type { TargetKind } from "./model.ts";

/**
 * Ends what could make new tokens of a target at once: of users their sign-on sessions and pending codes, of sessions themselves. Of other
 * targets there is nothing. `until` spares what was begun after it: a scheduled order leaves later sign-ins alone.
 */
export async function endSignOn(
  tx: Sql,
  { kind, ids, until }: { kind: TargetKind; ids: readonly string[]; until: Date | null },
): Promise<void> {
  if (kind === "user")
    await tx.query(
      `DELETE FROM protocol_state WHERE account_id = ANY ($1::text[]) AND model IN ('Session', 'AuthorizationCode', 'Interaction')
         AND ($2::timestamptz IS NULL OR created_at <= $2::timestamptz)`,
      [ids, until],
    );
  if (kind === "session")
    await tx.query(
      `DELETE FROM protocol_state WHERE uid = ANY ($1::text[]) AND model = 'Session'
         AND ($2::timestamptz IS NULL OR created_at <= $2::timestamptz)`,
      [ids, until],
    );
}
