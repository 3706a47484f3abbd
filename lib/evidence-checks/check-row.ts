import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import type { CheckFound, CheckState, EvidenceCheck } from "./model.ts";

/** A row of `evidence_check` as CHECK_COLUMNS gives it. */
export type CheckRecord = {
  id: string;
  from: Date;
  until: Date;
  by: string;
  actorId: string;
  state: CheckState;
  createdAt: Date;
  beganAt: Date | null;
  endedAt: Date | null;
  uses: bigint;
  total: bigint | null;
  found: CheckFound | null;
};

export const CHECK_COLUMNS = `id, from_at AS "from", until_at AS "until", actor_name AS by, actor_id AS "actorId", state, created_at AS "createdAt",
  began_at AS "beganAt", ended_at AS "endedAt", uses, total, found`;

export function checkOf(record: CheckRecord): EvidenceCheck {
  return {
    id: record.id,
    from: record.from.toISOString(),
    until: record.until.toISOString(),
    by: record.by,
    state: record.state,
    createdAt: record.createdAt.toISOString(),
    beganAt: record.beganAt?.toISOString() ?? null,
    endedAt: record.endedAt?.toISOString() ?? null,
    uses: Number(record.uses),
    total: record.total === null ? null : Number(record.total),
    found: record.found,
  };
}

/** @throws {DomainError} NOT_FOUND */
export async function getCheckRecord(
  db: Sql,
  id: string,
  lock: "update" | "none" = "none",
): Promise<CheckRecord> {
  const [record] = isUuid(id)
    ? await db.query<CheckRecord>(
        `SELECT ${CHECK_COLUMNS} FROM evidence_check WHERE id = $1::uuid${lock === "update" ? " FOR UPDATE" : ""}`,
        [id],
      )
    : [];
  if (record === undefined) throw notFound("The verification");
  return record;
}
