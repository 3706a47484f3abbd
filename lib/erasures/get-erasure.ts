import { can, requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { secondsLeft, WORK_SHOWN_FOR_SECONDS, type WorkItem } from "../work/model.ts";
import { ERASURE_COLUMNS, type ErasureRecord, erasureOf, findErasure } from "./erasure-row.ts";
import type { Erasure } from "./model.ts";
import { erasedWords } from "./words.ts";

/** The newest erasure of a person's data. Needs `user:read`. @throws {DomainError} NOT_FOUND where there was none, FORBIDDEN */
export async function getErasure(ctx: Context, { userId }: { userId: string }): Promise<Erasure> {
  requirePermission(ctx, "user:read");
  const record = isUuid(userId) ? await findErasure(ctx.db, userId) : null;
  if (record === null) throw notFound("An erasure of this user's data");
  return erasureOf(record);
}

const SHOWN_MAX = 20;

/** Erasures that are under way or have just ended, for whoever may ask for one. */
export async function listErasuresAtWork(ctx: Context): Promise<WorkItem[]> {
  if (!can(ctx, "user:erase")) return [];
  const records = await ctx.db.query<ErasureRecord>(
    `SELECT ${ERASURE_COLUMNS} FROM erasure WHERE state <> 'done' OR ended_at > $1::timestamptz - make_interval(secs => ${WORK_SHOWN_FOR_SECONDS})
     ORDER BY created_at DESC LIMIT ${SHOWN_MAX}`,
    [ctx.now],
  );
  return records.map((record) => {
    const done = Number(record.done);
    const total = { value: Math.max(Number(record.total), done), isExact: true };
    const startedAt = record.beganAt ?? record.createdAt;
    return {
      kind: "erasure",
      id: record.id,
      title: "Erasure of a person's data",
      unit: "uses and tokens",
      state: record.state,
      done,
      total,
      secondsLeft: record.state === "running" ? secondsLeft({ done, total, startedAt, now: ctx.now }) : null,
      startedAt: startedAt.toISOString(),
      endedAt: record.endedAt?.toISOString() ?? null,
      note: record.problem ?? (record.found && erasedWords(record.found)),
      cancelPath: null,
      href: `/users/${record.userId}`,
    };
  });
}
