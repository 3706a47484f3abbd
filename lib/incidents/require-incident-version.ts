import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import type { IncidentRecord } from "./incident-row.ts";
import { STEP_WORDS, type Step } from "./model.ts";

const MISSED_MAX = 50;
/** The acts that raise a case's version. */
const CHANGES = [
  "incident.updated",
  "incident.subjects_added",
  "incident.step_done",
  "incident.step_reopened",
  "incident.contained",
  "incident.containment_lost",
];
/** What an entry tells beside what changed. */
const BESIDE = new Set(["added", "first"]);

/**
 * Refuses a change by somebody who has not seen the case's newest version, and says what was changed since and by whom, from the audit log.
 *
 * @throws {DomainError} STALE_VERSION
 */
export async function requireIncidentVersion(
  tx: Sql,
  seen: number,
  { id, number, version }: IncidentRecord,
): Promise<void> {
  if (seen === version) return;
  const missed = Math.max(1, Math.min(version - seen, MISSED_MAX));
  const entries = await tx.query<{ actorName: string; fields: string[] | null }>(
    `SELECT actor_name AS "actorName", ARRAY(SELECT jsonb_object_keys(coalesce(after, '{}'))) AS fields FROM audit_entry
     WHERE target_kind = 'incident' AND target_id = $1::text AND outcome = 'done'
       AND act = ANY ($3::text[])
     ORDER BY sequence DESC LIMIT $2::int`,
    [id, missed, CHANGES],
  );
  const fields = [
    ...new Set(entries.flatMap((entry) => (entry.fields ?? []).filter((field) => !BESIDE.has(field)))),
  ].sort();
  const people = [...new Set(entries.map((entry) => entry.actorName))].join(", ");
  throw new DomainError(
    "STALE_VERSION",
    `Case ${number} was changed${people === "" ? "" : ` by ${people}`} since you opened it${fields.length === 0 ? "" : `: ${fields.map(inWords).join(", ")}`}. Look at it again and repeat your change.`,
    {
      fields: [
        { path: "version", message: `is ${version} now` },
        ...fields.map((path) => ({ path, message: "changed meanwhile" })),
      ],
    },
  );
}

/** A field of the case as people read it: "step Blast radius", "compromised from". */
function inWords(field: string): string {
  const step = STEP_WORDS[field as Step];
  if (step !== undefined) return `step ${step.name}`;
  return field.replaceAll(/([A-Z])/g, " $1").toLowerCase();
}
