import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";

export type Changes = { before: Record<string, unknown>; after: Record<string, unknown> };

/** What differs between two states of a thing, field by field, or null where nothing does. */
export function changesOf(before: Record<string, unknown>, after: Record<string, unknown>): Changes | null {
  const changes: Changes = { before: {}, after: {} };
  for (const key of Object.keys(after)) {
    if (JSON.stringify(before[key]) === JSON.stringify(after[key])) continue;
    changes.before[key] = before[key] ?? null;
    changes.after[key] = after[key] ?? null;
  }
  return Object.keys(changes.after).length === 0 ? null : changes;
}

/** What stands with an act that a second person let be done, or that was done without one: it is no field of what was changed. */
const NO_FIELDS: ReadonlySet<string> = new Set(["approval", "approvedBy", "breakGlass"]);

/**
 * Refuses an update of a version that is no longer the current one, and says which fields changed since and by whom, from the
 * audit log. Each version past the first has one entry of `act`, or of one of them.
 *
 * @throws {DomainError} STALE_VERSION
 */
export async function requireVersion(
  tx: Sql,
  seen: number,
  current: { what: string; act: string | readonly string[]; targetId: string; version: number },
): Promise<void> {
  if (seen === current.version) return;
  const missed = Math.max(1, Math.min(current.version - seen, 50));
  const entries = await tx.query<{ actorName: string; fields: string[] | null }>(
    `SELECT actor_name AS "actorName", ARRAY(SELECT jsonb_object_keys(coalesce(after, '{}'))) AS fields FROM audit_entry
     WHERE target_id = $1::text AND act = ANY ($2::text[]) ORDER BY sequence DESC LIMIT $3::int`,
    [current.targetId, [current.act].flat(), missed],
  );
  const named = new Set(entries.flatMap((entry) => entry.fields ?? []));
  const fields = [...named].filter((field) => !NO_FIELDS.has(field)).sort();
  const people = [...new Set(entries.map((entry) => entry.actorName))].join(", ");
  throw new DomainError(
    "STALE_VERSION",
    `${current.what} was changed${people === "" ? "" : ` by ${people}`} since you opened it${fields.length === 0 ? "" : `: ${fields.join(", ")}`}. Load it again and repeat your change.`,
    {
      fields: [
        { path: "version", message: `is ${current.version} now` },
        ...fields.map((path) => ({ path, message: "changed meanwhile" })),
      ],
    },
  );
}
