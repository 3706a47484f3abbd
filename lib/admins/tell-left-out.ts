import { recordEntry } from "../audit/record-entry.ts";
import { systemContext } from "../context.ts";
import type { Database } from "../db/database.ts";
import { SIGN_IN_LIMITS } from "./model.ts";
import { REFUSAL_PACE } from "./refusal-pace.ts";

type Waiting = { key: string; leftOut: number; email: string | null };

// what nobody added to for a window is over: an attempt at a closed door does not touch `at`, and ends with its window
const OVER = `SELECT r.key, r.left_out AS "leftOut", a.email FROM sign_in_refusal r LEFT JOIN admin a ON a.id::text = r.key
  WHERE r.left_out > 0 AND r.at <= $1::timestamptz - make_interval(secs => $2::int) ORDER BY r.key LIMIT 100 FOR UPDATE OF r SKIP LOCKED`;
const FULL = `DELETE FROM sign_in_refusal WHERE left_out = 0 AND at <= $1::timestamptz - make_interval(secs => $2::int)`;

/** Puts on record how many refused sign-ins were counted and not written, where no later entry came to say it. Recorded as `admin.sign_in_refused`. @returns how many entries. */
export async function tellLeftOut(db: Database, now: Date): Promise<number> {
  return db.transaction(async (tx) => {
    const over = await tx.query<Waiting>(OVER, [now, SIGN_IN_LIMITS.windowSeconds]);
    await tx.query("UPDATE sign_in_refusal SET left_out = 0 WHERE key = ANY ($1::text[])", [
      over.map(({ key }) => key),
    ]);
    await tx.query(FULL, [
      now,
      Math.max(SIGN_IN_LIMITS.windowSeconds, REFUSAL_PACE.burst / REFUSAL_PACE.perSecond),
    ]);
    for (const { key, leftOut, email } of over)
      await recordEntry(tx, systemContext(db, "sign-in", now), {
        act: "admin.sign_in_refused",
        target: { kind: "admin", id: email === null ? "-" : key, name: email ?? "unknown account" },
        note: "the last of them were counted, and are told together",
        after: { leftOut },
        errorCode: "TOO_MANY_ATTEMPTS",
      });
    return over.length;
  });
}
