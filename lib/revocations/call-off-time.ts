import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";

/**
 * An order is called off at the latest so long before its instant, and the act has so long to commit: were it to commit after the instant, tokens
 * that were refused for a moment would be good again.
 */
const LATEST_MS = 5_000;
const COMMIT_MS = 2_000;

async function readClock(tx: Sql, ctx: Context): Promise<number> {
  const [row] = await tx.query<{ clock: Date }>("SELECT clock_timestamp() AS clock");
  return Math.max(ctx.now.getTime(), row?.clock.getTime() ?? 0);
}

/** Of an order that is in force, or begins too soon. */
export function tooLate(): DomainError {
  return new DomainError(
    "ALREADY_ENDED",
    "The order is in force, or begins within five seconds: it cannot be called off.",
  );
}

/** @throws {DomainError} ALREADY_ENDED where what begins then begins within seconds. */
export async function requireTimeToCallOff(tx: Sql, ctx: Context, begins: Date): Promise<void> {
  if (begins.getTime() - (await readClock(tx, ctx)) < LATEST_MS) throw tooLate();
}

/**
 * The act's last statement.
 *
 * @throws {DomainError} ALREADY_ENDED where the act took so long that it might commit after the instant.
 */
export async function requireTimeToCommit(tx: Sql, ctx: Context, begins: Date): Promise<void> {
  if (begins.getTime() - (await readClock(tx, ctx)) < COMMIT_MS) throw tooLate();
}
