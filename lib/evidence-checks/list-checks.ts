import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { countUpTo } from "../list-query/count-up-to.ts";
import type { ListQuery, Page, Total } from "../list-query/define-table.ts";
import { keysetOf, orderBy, seek, toPage } from "../list-query/keyset.ts";
import { all, run, sql, trusted } from "../list-query/sql-fragment.ts";
import { secondsLeft, WORK_SHOWN_FOR_SECONDS, type WorkItem, type WorkState } from "../work/model.ts";
import { CHECK_COLUMNS, type CheckRecord, checkOf, getCheckRecord } from "./check-row.ts";
import { type CheckState, type EvidenceCheck, isOpenCheck, spanWords } from "./model.ts";
import { EVIDENCE_CHECKS_TABLE } from "./table.ts";

/** Verifications that a total is counted up to. */
const COUNT_MAX = 10_000;

/** One page of the verifications, newest first. Needs `audit:read`. @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN */
export async function listChecks(
  ctx: Context,
  query: ListQuery<typeof EVIDENCE_CHECKS_TABLE>,
): Promise<Page<EvidenceCheck> & { total: Total }> {
  requirePermission(ctx, "audit:read");
  const keyset = keysetOf(EVIDENCE_CHECKS_TABLE, query);
  const [column, id] = [sql`created_at`, sql`id`];
  const { state } = query.filters;
  const where = state === undefined ? [] : [sql`state = ANY (${state}::text[])`];
  const beyond = seek(keyset, column, id);
  const records = await run<CheckRecord>(
    ctx.db,
    sql`SELECT ${trusted(CHECK_COLUMNS)} FROM evidence_check WHERE ${all(beyond === null ? where : [...where, beyond])}
      ORDER BY ${orderBy(keyset, column, id)} LIMIT ${keyset.limit}::int`,
  );
  const page = toPage(EVIDENCE_CHECKS_TABLE, query, keyset, records.map(checkOf), (row) => ({
    value: row.createdAt,
    id: row.id,
  }));
  const matching = sql`SELECT 1 FROM evidence_check WHERE ${all(where)} LIMIT ${COUNT_MAX + 1}::int`;
  return {
    ...page,
    total: await countUpTo(ctx.db, matching, { max: COUNT_MAX, atLeast: () => page.rows.length }),
  };
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
  empty: "done",
  broken: "failed",
  cancelled: "cancelled",
  failed: "failed",
};

const NOTES: Partial<Record<CheckState, string>> = {
  broken: "Something does not hold: the Integrity page says what.",
  empty: "Nothing is on record in this time.",
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
      note: NOTES[record.state] ?? null,
      cancelPath: isOpenCheck(record) ? `/api/v1/evidence-checks/${record.id}/cancel` : null,
      href: "/audit/integrity",
    };
  });
}
