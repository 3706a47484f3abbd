import type { Sql } from "../db/sql.ts";
import type { Erased, Erasure, ErasureReason, ErasureState } from "./model.ts";

/** A row of `erasure` as ERASURE_COLUMNS gives it. */
export type ErasureRecord = {
  id: string;
  userId: string;
  state: ErasureState;
  reason: ErasureReason;
  by: string;
  actorId: string;
  createdAt: Date;
  beganAt: Date | null;
  endedAt: Date | null;
  done: bigint;
  total: bigint;
  problem: string | null;
  found: Erased | null;
};

export const ERASURE_COLUMNS = `id, user_id AS "userId", state, reason, actor_name AS by, actor_id AS "actorId", created_at AS "createdAt", began_at AS "beganAt",
  ended_at AS "endedAt", done, total, problem, found`;

export function erasureOf(record: ErasureRecord): Erasure {
  return {
    id: record.id,
    userId: record.userId,
    state: record.state,
    reason: record.reason,
    by: record.by,
    createdAt: record.createdAt.toISOString(),
    endedAt: record.endedAt?.toISOString() ?? null,
    done: Number(record.done),
    total: Number(record.total),
    problem: record.problem,
    found: record.found,
  };
}

/** The newest erasure of a person's data, or null. */
export async function findErasure(sql: Sql, userId: string): Promise<ErasureRecord | null> {
  const [record] = await sql.query<ErasureRecord>(
    `SELECT ${ERASURE_COLUMNS} FROM erasure WHERE user_id = $1::uuid ORDER BY created_at DESC LIMIT 1`,
    [userId],
  );
  return record ?? null;
}
