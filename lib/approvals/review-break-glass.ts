import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { type ApprovalRecord, approvalTarget } from "./approval-row.ts";
import { getApproval } from "./get-approval.ts";
import type { ApprovalDetail } from "./model.ts";
import { CAME_AFTER } from "./owners-before.ts";
import { readApproval } from "./read-approval.ts";
import { tellOfApproval } from "./tell.ts";

/** Another owner, in person, who was one before it: nobody reviews what may have made them. */
export async function mayReview(
  db: Sql,
  { actor, now }: Pick<Context, "actor" | "now">,
  { id, personId }: Pick<ApprovalRecord, "id" | "personId">,
): Promise<boolean> {
  if (actor.kind !== "admin" || actor.role !== "owner" || actor.id === personId) return false;
  const later = await db.query(`SELECT 1 AS found FROM approval g WHERE g.id = $3::uuid AND ${CAME_AFTER}`, [
    actor.id,
    now,
    id,
  ]);
  return later.length === 0;
}

/**
 * Says that one has looked at what another owner did without a second person. Undoes nothing. Owners alone, in person, who were owners before it, and not one's own. Recorded as `approval.reviewed`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, ALREADY_ENDED where it was reviewed before.
 */
export async function reviewBreakGlass(
  ctx: Context,
  input: { id: string; note: string },
): Promise<ApprovalDetail> {
  await ctx.db.transaction(async (tx) => {
    const record = await readApproval(tx, input.id, true);
    if (record.way !== "break_glass") throw notFound("The break-glass");
    if (!(await mayReview(tx, ctx, record)))
      throw new DomainError("FORBIDDEN", "Another owner reviews it, in person, who was an owner before it.");
    if (record.reviewedAt !== null)
      throw new DomainError("ALREADY_ENDED", `${record.reviewedBy} has reviewed it.`);
    await tx.query(
      `UPDATE approval SET reviewed_at = $2::timestamptz, reviewed_by_id = $3::uuid, reviewed_by_name = $4::text, review_note = $5::text WHERE id = $1::uuid`,
      [record.id, ctx.now, ctx.actor.id, ctx.actor.name, input.note],
    );
    await tellOfApproval(tx, ctx, record, { what: "reviewed" });
    await recordEntry(tx, ctx, {
      act: "approval.reviewed",
      target: approvalTarget(record),
      note: input.note,
      after: { doneBy: record.actorName },
    });
  });
  return getApproval(ctx, input);
}
