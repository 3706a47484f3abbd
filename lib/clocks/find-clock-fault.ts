import type { Sql } from "../db/sql.ts";
import { CHECKPOINT_SECONDS } from "../seals/make-checkpoint.ts";
import type { ClockHold } from "./model.ts";

/** A clock that went on by more at once was changed, or nothing ran meanwhile. */
export const JUMP_DAYS = 1;
/** So long nothing leaves after it: time for somebody to see it and to put the clock right. */
export const HELD_DAYS = 7;
/** Clocks of two machines that are further apart are no clocks of one system. */
const APART_MS = 60_000;
/** What is on record may be of a moment that has not come yet by so much. */
const AHEAD_MS = 3_600_000;

const DAY_MS = 86_400_000;

/** What is wrong with a clock, as the end of "The clock …" and in sentences; with `heldUntil`, nothing leaves before then. */
export type ClockFault = { title: string; text: string; heldUntil: Date | null };

// a checkpoint is signed every minute, idle or not: between two of them nothing ran, or time was not what it was said to be
const CHECKPOINTS = `
  SELECT n.now, n.at AS "newestAt", n.number, g."from", g."to" FROM
    (SELECT clock_timestamp()::timestamptz(3) AS now, c.at, c.number FROM (SELECT) x LEFT JOIN (SELECT at, number FROM checkpoint ORDER BY number DESC LIMIT 1) c ON true) n
    LEFT JOIN LATERAL (
      SELECT before AS "from", at AS "to" FROM (
        SELECT at, lag(at) OVER (ORDER BY number) AS before FROM (
          SELECT number, at FROM checkpoint WHERE number > n.number - $1::bigint UNION ALL SELECT n.number + 1, n.now) s) p
      WHERE at > n.now - make_interval(days => ${HELD_DAYS}) AND at <= n.now AND at - before > make_interval(days => ${JUMP_DAYS})
      ORDER BY at DESC LIMIT 1) g ON true`;

/** What keeps everything where it is because of a clock; null for nothing. */
export async function findClockHold(db: Sql): Promise<ClockHold | null> {
  const fault = await findClockFault(db);
  if (fault === null || fault.heldUntil === null) return null;
  return { title: `The clock ${fault.title}`, text: fault.text, heldUntil: fault.heldUntil.toISOString() };
}

type Row = { now: Date; newestAt: Date | null; number: bigint | null; from: Date | null; to: Date | null };

const words = (at: Date) => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;

function daysBetween(from: Date, to: Date): string {
  const days = Math.round((to.getTime() - from.getTime()) / DAY_MS);
  return days === 1 ? "a day" : `${days} days`;
}

/**
 * What is wrong with the clocks, by the newest of what is on record: time that passed at once, a present that is before what was signed, a machine that differs from the
 * database. A product that stood still for days looks like the first: it says so, and waits as well.
 *
 * @param ownMs what this machine's clock says, in milliseconds since the epoch.
 */
export async function findClockFault(db: Sql, ownMs = Date.now()): Promise<ClockFault | null> {
  const ofHeldDays = (HELD_DAYS * DAY_MS) / (CHECKPOINT_SECONDS * 1_000);
  const [row] = await db.query<Row>(CHECKPOINTS, [ofHeldDays]);
  if (row === undefined) return null;
  const { now, newestAt, number, from, to } = row;
  if (from !== null && to !== null) {
    const heldUntil = new Date(to.getTime() + HELD_DAYS * DAY_MS);
    return {
      title: `went on by ${daysBetween(from, to)} at once`,
      text: `Nothing was signed from ${words(from)} to ${words(to)}: nothing ran, or the clock was changed. What retention would take out stays until ${words(heldUntil)}. Put the clock right before then.`,
      heldUntil,
    };
  }
  if (newestAt !== null && newestAt.getTime() > now.getTime() + AHEAD_MS)
    return {
      title: "is before what is on record",
      text: `Checkpoint ${number} is of ${words(newestAt)}, and the database says that it is ${words(now)}. Checkpoints go on, with times right after that one.`,
      heldUntil: null,
    };
  const apartMs = ownMs - now.getTime();
  if (Math.abs(apartMs) > APART_MS)
    return {
      title: `of a worker is ${apartMs > 0 ? "ahead of" : "behind"} the database's`,
      text: `By ${Math.round(Math.abs(apartMs) / 1_000)} seconds. The worker goes by the database's; authorities on its machine answer 503.`,
      heldUntil: null,
    };
  return null;
}
