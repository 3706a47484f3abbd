import { recordEntry } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { type ApprovalRecord, approvalTarget } from "./approval-row.ts";
import { tellOfApproval } from "./tell.ts";

/** Withdraws what waits and is locked, in the transaction of the caller. Recorded as `approval.withdrawn`. Authorise before. */
export async function takeBack(tx: Sql, ctx: SqlContext, record: ApprovalRecord): Promise<void> {
  await tx.query(
    "UPDATE approval SET state = 'withdrawn', ended_at = $2::timestamptz, request = NULL WHERE id = $1::uuid",
    [record.id, ctx.now],
  );
  await tellOfApproval(tx, ctx, record, { what: "withdrawn" });
  await recordEntry(tx, ctx, {
    act: "approval.withdrawn",
    target: approvalTarget(record),
    before: { state: record.state },
    after: { state: "withdrawn" },
  });
}
