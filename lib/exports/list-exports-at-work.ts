import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { LIST_PLACES } from "../lists/model.ts";
import { secondsLeft, WORK_SHOWN_FOR_SECONDS, type WorkItem, type WorkState } from "../work/model.ts";
import { EXPORT_COLUMNS, type ExportRecord } from "./export-row.ts";
import { EXPORT_FORMAT_WORDS, type ExportState, FETCH_WITHIN_SECONDS } from "./model.ts";

const SHOWN_MAX = 20;

const STATES: Record<ExportState, WorkState> = {
  waiting: "waiting",
  running: "running",
  completed: "done",
  cancelled: "cancelled",
  cut: "failed",
  failed: "failed",
};

function itemOf(record: ExportRecord, now: Date): WorkItem {
  const { list, format, query, beganAt, createdAt } = record;
  const state = STATES[record.state];
  const total = record.total === null ? null : { value: Number(record.total), isExact: record.totalIsExact };
  const done = Number(record.rows);
  const startedAt = beganAt ?? createdAt;
  return {
    kind: "export",
    id: record.id,
    title: `Export of ${LIST_PLACES[list].title} as ${EXPORT_FORMAT_WORDS[format].name}`,
    unit: "rows",
    state,
    done,
    total,
    secondsLeft: state === "running" ? secondsLeft({ done, total, startedAt, now }) : null,
    startedAt: startedAt.toISOString(),
    endedAt: record.endedAt?.toISOString() ?? null,
    note: record.problem,
    cancelPath: state === "waiting" || state === "running" ? `/api/v1/exports/${record.id}/cancel` : null,
    href: `${LIST_PLACES[list].path}${query === "" ? "" : `?${query}`}`,
  };
}

/** The actor's own exports that are under way or have just ended. */
export async function listExportsAtWork(ctx: Context): Promise<WorkItem[]> {
  const records = await run<ExportRecord>(
    ctx.db,
    sql`SELECT ${EXPORT_COLUMNS} FROM list_export x WHERE x.actor_id = ${ctx.actor.id} AND (x.state = 'running'
        OR (x.state = 'waiting' AND x.created_at > ${ctx.now}::timestamptz - make_interval(secs => ${FETCH_WITHIN_SECONDS}::int))
        OR x.ended_at > ${ctx.now}::timestamptz - make_interval(secs => ${WORK_SHOWN_FOR_SECONDS}::int))
      ORDER BY x.created_at DESC LIMIT ${SHOWN_MAX}::int`,
  );
  return records.map((record) => itemOf(record, ctx.now));
}
