import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Permission } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { uuidv7 } from "../ids.ts";
import { readCaseTokens } from "./case-tokens.ts";
import { type IncidentRecord, incidentTarget, readIncident } from "./incident-row.ts";
import type { ReleaseEvidenceInput } from "./input.ts";
import { type EvidenceFile, PACK_FETCH_SECONDS, PACK_FORMAT_WORDS } from "./model.ts";
import { readPackScope } from "./pack-scope.ts";

/** What is in a pack: who lets one out, or approves that, may read all of it. */
export const PACK_PERMISSIONS: readonly Permission[] = [
  "incident:read",
  "audit:read",
  "token:read",
  "order:read",
  "verifier:read",
];

/** What leaves, for who decides. */
async function toldOf(
  ctx: Context,
  incident: IncidentRecord,
  { format }: ReleaseEvidenceInput,
): Promise<{ title: string; says: string[] }> {
  const { rows, isCut } = await readCaseTokens(ctx, incident);
  const people = new Set(rows.flatMap(({ user }) => user?.id ?? [])).size;
  const tokens = `${isCut ? "more than " : ""}${rows.length.toLocaleString("en")} ${rows.length === 1 ? "token" : "tokens"}`;
  return {
    title: `Export the evidence of case ${incident.number}: ${incident.title}`,
    says: [
      `The evidence of case ${incident.number} leaves as ${PACK_FORMAT_WORDS[format]}, as of when it is fetched: ${tokens} of ${people.toLocaleString("en")} ${people === 1 ? "person" : "people"} as of now, with their e-mail addresses, the addresses that they were used from, the notes, and who did what in the case.`,
    ],
  };
}

/**
 * Lets the evidence of a case out as a file that its asker, an admin or API token, fetches once within PACK_FETCH_SECONDS. It is an export: it asks who is there, and for a second person where exports want one. Needs
 * `export:create` and the right to read what is in it. Where the case names something else, or has another window, than when it was let out or approved, nothing leaves. Holds no more than CASE_TOKENS_MAX tokens of it. Recorded as `incident.evidence_released`; fetching it is on record too.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN
 * @throws {StepUpRequired} code STEP_UP_REQUIRED
 * @throws {ApprovalRequired} code APPROVAL_REQUIRED
 */
export async function releaseEvidence(
  ctx: Context,
  number: number,
  input: ReleaseEvidenceInput,
): Promise<EvidenceFile> {
  for (const permission of PACK_PERMISSIONS) requirePermission(ctx, permission);
  requirePermission(ctx, "export:create");
  const incident = await readIncident(ctx.db, number);
  // what was approved is not told again
  const isTold = ctx.pass !== undefined && ctx.pass.approval?.way !== "asked";
  await requireApproval(ctx, "exports", isTold ? await toldOf(ctx, incident, input) : {});
  const id = uuidv7(ctx.now);
  await ctx.db.transaction(async (tx) => {
    const scope = await readPackScope(tx, incident.id, true);
    await tx.query(
      `INSERT INTO evidence_file (id, incident_id, format, actor_kind, actor_id, created_at, of_sha256)
       VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::timestamptz, $7::text)`,
      [id, incident.id, input.format, ctx.actor.kind, ctx.actor.id, ctx.now, scope.sha256],
    );
    await recordEntry(tx, ctx, {
      act: "incident.evidence_released",
      target: incidentTarget(incident),
      // compared with what was approved: a case that is of something else by now is a stale plan
      after: { as: input.format, ...scope },
    });
  });
  const fetchUntil = new Date(ctx.now.getTime() + PACK_FETCH_SECONDS * 1_000).toISOString();
  return { id, number, format: input.format, fetchUntil };
}
