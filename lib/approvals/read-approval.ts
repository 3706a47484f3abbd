import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { APPROVAL_COLUMNS, type ApprovalRecord, stateOf } from "./approval-row.ts";
import { APPROVAL_STATE_WORDS } from "./model.ts";

/** One approval. With `lock` it is kept for the caller's transaction: of two who decide at once the second finds it decided. @throws {DomainError} NOT_FOUND */
export async function readApproval(db: Sql, id: string, lock = false): Promise<ApprovalRecord> {
  const [record] = isUuid(id)
    ? await run<ApprovalRecord>(
        db,
        sql`SELECT ${APPROVAL_COLUMNS} FROM approval a WHERE a.id = ${id}::uuid ${lock ? sql`FOR UPDATE` : sql``}`,
      )
    : [];
  if (record === undefined) throw notFound("The approval");
  return record;
}

/** @throws {DomainError} GONE for one whose time is over, ALREADY_ENDED for one that is in another state. */
export function requireState(
  record: ApprovalRecord,
  states: readonly ApprovalRecord["state"][],
  now: Date,
): void {
  const state = stateOf(record, now);
  if (state === "lapsed") throw new DomainError("GONE", "The approval has lapsed: ask for it again.");
  if ((states as readonly string[]).includes(state)) return;
  throw alreadyOver(record, now);
}

/** What it is by now, and by whom, where that is why nothing more becomes of it. */
export function alreadyOver(record: ApprovalRecord, now: Date): DomainError {
  const state = stateOf(record, now);
  const by = record.decidedBy === null ? "" : ` by ${record.decidedBy}`;
  return new DomainError(
    "ALREADY_ENDED",
    `The approval is ${APPROVAL_STATE_WORDS[state].name.toLowerCase()} already${by}.`,
  );
}
