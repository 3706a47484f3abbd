import type { Sql } from "../db/sql.ts";
import type { KeyChange } from "./model.ts";

type ChangeRecord = Omit<KeyChange, "at" | "actor"> & {
  at: Date;
  kid: string;
  actorKind: string;
  actorName: string;
};

const CHANGES = `
  SELECT e.id, e.at, e.target_id AS kid, e.act, e.actor_kind AS "actorKind", e.actor_name AS "actorName", e.reason, e.note
  FROM audit_entry e
  WHERE e.target_kind = 'signing_key' AND e.target_id = ANY ($1::text[]) AND e.outcome = 'done' AND e.act LIKE 'key.%'
  ORDER BY e.sequence`;

/** Who changed each of some keys and why, oldest first: the audit log has it, in the same transaction as the change. */
export async function readKeyChanges(
  db: Sql,
  kids: readonly string[],
): Promise<(kid: string) => KeyChange[]> {
  const byKid = Map.groupBy(await db.query<ChangeRecord>(CHANGES, [kids]), (entry) => entry.kid);
  return (kid) =>
    (byKid.get(kid) ?? []).map(({ id, at, act, actorKind, actorName, reason, note }) => ({
      id,
      at: at.toISOString(),
      act,
      actor: { kind: actorKind, name: actorName },
      reason,
      note,
    }));
}
