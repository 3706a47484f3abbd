import { readClock } from "../clocks/read-clock.ts";
import { systemContext } from "../context.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { CHECK_COLUMNS, type CheckRecord } from "../evidence-checks/check-row.ts";
import { type RunCheckOptions, runCheck } from "../evidence-checks/run-next-check.ts";
import { uuidv7 } from "../ids.ts";
import { findDayCheck, holdsForUses } from "./day-check.ts";
import { DAY_MS, startOfDay } from "./model.ts";

/** What was found so long ago is not looked for again. */
const FRESH_MS = DAY_MS;

const BEGIN = `
  INSERT INTO evidence_check (id, from_at, until_at, actor_kind, actor_id, actor_name, state, created_at, began_at, seen_at)
  VALUES ($1::uuid, $2::timestamptz, $3::timestamptz, $4::text, $5::text, $6::text, 'running', $7::timestamptz, $7::timestamptz, clock_timestamp())
  RETURNING ${CHECK_COLUMNS}`;

/**
 * Verifies the uses of a day that is about to leave the log, as whoever asks for a span does, and it is kept and on record like theirs. One that was verified within a
 * day, by whomever, is not read again; nor is one that was found broken, until somebody asks and it holds.
 *
 * @returns whether it holds; null where the verification was ended before it had read all.
 */
export async function verifyUseDay(
  db: SqlDatabase,
  day: string,
  options: RunCheckOptions,
): Promise<boolean | null> {
  const known = await findDayCheck(db, day);
  if (known !== null && !holdsForUses(known)) return false;
  const { actor, now } = systemContext(db, "worker", await readClock(db));
  if (known?.endedAt && now.getTime() - known.endedAt.getTime() < FRESH_MS) return true;
  const from = startOfDay(day);
  const [check] = await db.query<CheckRecord>(BEGIN, [
    uuidv7(now),
    from,
    new Date(from.getTime() + DAY_MS),
    actor.kind,
    actor.id,
    actor.name,
    now,
  ]);
  const found = await runCheck(db, check as CheckRecord, options);
  return found && holdsForUses({ found });
}
