import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { secondsLeft, WORK_SHOWN_FOR_SECONDS, type WorkItem, type WorkState } from "../work/model.ts";
import { CHECK_COLUMNS, type CheckRecord, checkOf, getCheckRecord } from "./check-row.ts";
import { type CheckState, type EvidenceCheck, isOpenCheck, spanWords } from "./model.ts";

const SHOWN_MAX = 50;

/** The last fifty verifications, newest first. Needs `audit:read`. @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN */
export async function listChecks(ctx: Context): Promise<EvidenceCheck[]> {
  requirePermission(ctx, "audit:read");
  const records = await ctx.db.query<CheckRecord>(
    `SELECT ${CHECK_COLUMNS} FROM evidence_check ORDER BY created_at DESC LIMIT ${SHOWN_MAX}`,
  );
  return records.map(checkOf);
}

/** One verification, with what it found. Needs `audit:read`. @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN, NOT_FOUND */
export async function getCheck(ctx: Context, id: string): Promise<EvidenceCheck> {
  requirePermission(ctx, "audit:read");
  return checkOf(await getCheckRecord(ctx.db, id));
}

const STATES: Record<CheckState, WorkState> = {
  waiting: "waiting",
  running: "running",
  held: "done",
  broken: "failed",
  cancelled: "cancelled",
  failed: "failed",
};

/** The actor's own verifications that are under way or have just ended. */
export async function listChecksAtWork(ctx: Context): Promise<WorkItem[]> {
  const records = await ctx.db.query<CheckRecord>(
    `SELECT ${CHECK_COLUMNS} FROM evidence_check WHERE actor_id = $1::text
       AND (state IN ('waiting', 'running') OR ended_at > $2::timestamptz - make_interval(secs => ${WORK_SHOWN_FOR_SECONDS}))
     ORDER BY created_at DESC LIMIT 20`,
    [ctx.actor.id, ctx.now],
  );
  return records.map((record) => {
    const total = record.total === null ? null : { value: Number(record.total), isExact: true };
    const done = Number(record.uses);
    const startedAt = record.beganAt ?? record.createdAt;
    const isRunning = record.state === "running";
    return {
      kind: "check",
      id: record.id,
      title: `Verification of ${spanWords(record.from.toISOString(), record.until.toISOString())}`,
      unit: "uses",
      state: STATES[record.state],
      done,
      total,
      secondsLeft: isRunning ? secondsLeft({ done, total, startedAt, now: ctx.now }) : null,
      startedAt: startedAt.toISOString(),
      endedAt: record.endedAt?.toISOString() ?? null,
      note: record.state === "broken" ? "Something does not hold: the Integrity page says what." : null,
      cancelPath: isOpenCheck(record) ? `/api/v1/evidence-checks/${record.id}/cancel` : null,
      href: "/audit/integrity",
    };
  });
}
