import type { Context } from "../context.ts";
import type { Transaction } from "../db/database.ts";
import { DomainError } from "../errors.ts";
import type { ApprovalRecord, StoredRequest } from "./approval-row.ts";
import { newPass } from "./pass.ts";
import { getRequester } from "./requester.ts";
import { NotAsShown, runAsShown } from "./run-act.ts";

/** Does what a stored request asks for, as who is in the context. */
export type RunStored = (
  ctx: Context,
  asked: { method: string; path: string; request: StoredRequest },
) => Promise<unknown>;

/** Does what somebody asked for, as them, in a transaction that is rolled back where it is not what was shown. @throws {NotAsShown} */
export async function runForRequester(
  inner: Context,
  tx: Transaction,
  record: ApprovalRecord,
  approver: { name: string; role: string },
  runStored: RunStored,
): Promise<void> {
  const { id, method, path, request } = record;
  const actor = await getRequester(tx, record, inner.now).catch((error: unknown) => {
    throw error instanceof DomainError
      ? new NotAsShown([error.message], { endCause: "asker", cause: error })
      : error;
  });
  const pass = newPass({
    isTrial: false,
    skipsStepUp: true,
    isAnswered: false,
    askedAt: record.createdAt,
    shownRows: record.shown.rows ?? null,
    approval: { id, way: "asked", approvedBy: approver.name },
  });
  // who asked is not there: where they were stands with the asking
  const { granted: _, ...rest } = inner;
  const asRequester = { ...rest, actor, pass, ip: null, userAgent: null };
  await runAsShown(asRequester, record, approver.role, (ctx) =>
    runStored(ctx, { method, path, request: request as StoredRequest }),
  );
}
