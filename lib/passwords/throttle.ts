import { createHash } from "node:crypto";
import type { Sql } from "../db/sql.ts";
import { DomainError, tooManyAttempts } from "../errors.ts";

/** How many failed attempts `key` may have in a window. */
export type AttemptLimit = { key: string; limit: number };

/** The refusal of an attempt that is not looked at any more. */
export class DoorClosed extends DomainError {
  override name = "DoorClosed";
  /** Whose limit was reached. */
  readonly key: string;
  /** Whether this is the attempt that closed the door: every further one counts higher. */
  readonly isFirst: boolean;

  constructor({ key, limit }: AttemptLimit, { failures, waitMs }: { failures: number; waitMs: number }) {
    const { code, message, retryAfterSeconds = 1 } = tooManyAttempts("Too many attempts", waitMs);
    super(code, message, { retryAfterSeconds });
    this.key = key;
    this.isFirst = failures === limit + 1;
  }
}

/** The key of an account's attempts at a door. What is typed for an e-mail address is now and then a password: it is not kept as it is. */
export function accountKey(door: "user" | "admin", typed: string): string {
  return `${door} ${createHash("sha256").update(typed.toLowerCase()).digest("base64url")}`;
}

/**
 * Counts an attempt against each key in turn before it is made, so that attempts in parallel count too. One that is over its limit ends it: name
 * the address before the account, so that an address that has had its share neither locks accounts out nor writes anything about them.
 *
 * @throws {DoorClosed} TOO_MANY_ATTEMPTS, with when the window passes, once a key is over its limit, until the window passes.
 */
export async function reserveAttempt(
  db: Sql,
  { keys, windowSeconds, now }: { keys: readonly AttemptLimit[]; windowSeconds: number; now: Date },
): Promise<void> {
  const windowStart = windowOf(now, windowSeconds);
  for (const { key, limit } of keys) {
    const [row] = await db.query<{ failures: number }>(
      `INSERT INTO sign_in_attempt (key, window_start, failures) VALUES ($1::text, $2::timestamptz, 1)
       ON CONFLICT (key, window_start) DO UPDATE SET failures = sign_in_attempt.failures + 1 RETURNING failures`,
      [key, windowStart],
    );
    const failures = row?.failures ?? Number.POSITIVE_INFINITY;
    const waitMs = windowStart.getTime() + windowSeconds * 1_000 - now.getTime();
    if (failures > limit) throw new DoorClosed({ key, limit }, { failures, waitMs });
  }
}

/** Takes a successful attempt out of the count: all of `cleared`'s failures, and one of each of `returned`. */
export async function releaseAttempt(
  db: Sql,
  options: { cleared: readonly string[]; returned: readonly string[]; windowSeconds: number; now: Date },
): Promise<void> {
  const windowStart = windowOf(options.now, options.windowSeconds);
  await db.query(
    "DELETE FROM sign_in_attempt WHERE (key = ANY ($1::text[]) AND window_start = $2::timestamptz) OR window_start < $2::timestamptz - interval '1 hour'",
    [options.cleared, windowStart],
  );
  await db.query(
    "UPDATE sign_in_attempt SET failures = greatest(failures - 1, 0) WHERE key = ANY ($1::text[]) AND window_start = $2::timestamptz",
    [options.returned, windowStart],
  );
}

function windowOf(now: Date, windowSeconds: number): Date {
  const size = windowSeconds * 1000;
  return new Date(Math.floor(now.getTime() / size) * size);
}
