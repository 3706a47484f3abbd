import { type Context, systemContext } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { APPROVAL_COLUMNS, type ApprovalRecord } from "./approval-row.ts";
import { whyOrphaned } from "./requester.ts";
import { endAsStale, NotAsShown } from "./run-act.ts";

const WHAT = "what was asked for by who may not do it any more was not ended";

/** Who comes in, or does not, is nobody yet: it is the product that ends it. */
function endingAs(ctx: Context): Context {
  return ctx.actor.kind === "anonymous"
    ? { ...ctx, actor: systemContext(ctx.db, "approvals", ctx.now).actor }
    : ctx;
}

async function endAll(ctx: Context): Promise<void> {
  const open = await run<ApprovalRecord>(
    ctx.db,
    sql`SELECT ${APPROVAL_COLUMNS} FROM approval a WHERE a.state IN ('pending', 'approved') AND a.way = 'asked' AND a.expires_at > ${ctx.now}::timestamptz
      ORDER BY a.created_at LIMIT 1000`,
  );
  for (const record of open) {
    const why = await whyOrphaned(ctx.db, record, ctx.now);
    if (why !== null) await endAsStale(endingAs(ctx), record, new NotAsShown([why], { endCause: "asker" }));
  }
}

/**
 * Ends what waits in the name of whoever is let in no more, or may not do it themselves any more. Call once that has committed: it follows from it, and is no part of what a second person is
 * shown. It never fails: what is left is refused before anybody is asked who they are (`approve`). Recorded as `approval.orphaned`.
 */
export async function endOrphaned(ctx: Context): Promise<void> {
  const { afterwards, pass: _, ...own } = ctx;
  if (afterwards !== undefined) return afterwards((db) => endOrphaned({ ...own, db }));
  try {
    await endAll(own);
  } catch (error) {
    if (ctx.noteFailure === undefined) process.emitWarning(`${WHAT}: ${String(error)}`);
    else ctx.noteFailure(error, WHAT);
  }
}
