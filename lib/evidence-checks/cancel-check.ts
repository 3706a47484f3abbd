import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { checkOf, getCheckRecord } from "./check-row.ts";
import { endCheck } from "./end-check.ts";
import { type EvidenceCheck, isOpenCheck } from "./model.ts";

/**
 * Calls a verification off: one that waits ends at once, one that runs within about a second, on record. Needs `evidence:verify`.
 *
 * @throws {DomainError} NOT_FOUND, ALREADY_ENDED, FORBIDDEN
 */
export async function cancelCheck(ctx: Context, id: string): Promise<EvidenceCheck> {
  requirePermission(ctx, "evidence:verify");
  return ctx.db.transaction(async (tx) => {
    const record = await getCheckRecord(tx, id, "update");
    if (!isOpenCheck(record)) throw new DomainError("ALREADY_ENDED", "This verification has ended already.");
    if (record.state === "waiting") await endCheck(tx, ctx, record, { state: "cancelled" });
    else
      await tx.query(
        "UPDATE evidence_check SET cancel_asked_at = coalesce(cancel_asked_at, $2::timestamptz) WHERE id = $1::uuid",
        [record.id, ctx.now],
      );
    return checkOf(await getCheckRecord(tx, id));
  });
}
