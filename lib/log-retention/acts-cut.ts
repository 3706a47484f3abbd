import type { Sql } from "../db/sql.ts";
import { readCheckpoint } from "../seals/checkpoint.ts";
import { ERASED, ERASURE_BEGUN } from "../seals/erasures.ts";
import { ADMIN_CHAIN } from "../seals/seal.ts";
import { leavesAt } from "./log-days.ts";
import { DAY_MS, dayOf, type KeptActs, type LeavingActs, startOfDay } from "./model.ts";

/** Where the log of acts is cut: after the last act that a checkpoint of an earlier day covers. */
export type ActsCut = LeavingActs & { checkpoint: bigint; hash: string };

/** The last checkpoint up to an instant, where it has a head of acts from before `sequence`. */
async function findSigned(
  db: Sql,
  until: Date,
  sequence: bigint | null,
): Promise<Omit<ActsCut, "acts"> | null> {
  // an act's instant is of when it was asked for: it may stand a little behind the checkpoint of then
  const checkpoints = await db.query<{ number: bigint; at: Date; jws: string }>(
    "SELECT number, at, jws FROM checkpoint WHERE at <= $1::timestamptz ORDER BY number DESC LIMIT 20",
    [until],
  );
  for (const { number, at, jws } of checkpoints) {
    const head = readCheckpoint(jws)?.heads.find(({ chain }) => chain === ADMIN_CHAIN);
    if (head === undefined) return null;
    if (sequence === null || head.sequence < sequence)
      return {
        through: Number(head.sequence),
        until: at.toISOString(),
        checkpoint: number,
        hash: head.hash,
      };
  }
  return null;
}

type Kept = { sequence: bigint; at: Date; lastDay: string | null };

/** The first act up to a sequence without which uses that are there would look edited: of an erasure that is not done, or that took something out of days that are in the log. */
const FIRST_KEPT = `
  WITH said AS MATERIALIZED (
    SELECT e.sequence, e.at, e.act, e.after ->> 'erasure' AS erasure,
      (SELECT max(d.day) FROM jsonb_object_keys(CASE WHEN jsonb_typeof(e.after -> 'days') = 'object' THEN e.after -> 'days' ELSE '{}' END) AS d(day)) AS last_day
    FROM audit_entry e
    WHERE e.act = ANY ($1::text[]) AND e.target_kind = 'user' AND e.outcome = 'done'),
  kept AS (
    SELECT s.erasure, s.last_day FROM said s
    WHERE s.last_day > coalesce((SELECT to_char(max(g.day) AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM purged_use_day g), '')
    UNION ALL SELECT o.id::text, NULL FROM erasure o WHERE o.state <> 'done')
  SELECT s.sequence, s.at, k.last_day AS "lastDay" FROM said s JOIN kept k ON k.erasure = s.erasure
  WHERE s.sequence <= $2::bigint ORDER BY s.sequence, k.last_day DESC NULLS FIRST LIMIT 1`;

/** Acts that are due and may leave, and those that are due and stay. */
export type DueActs = { cut: ActsCut | null; kept: KeptActs | null };

/**
 * The acts that may leave at `now`, with acts kept for `actDays`: those that the last checkpoint of a day which is over for so long covers, so that the rest of the
 * chain begins with a head that is signed. Acts that say whose uses were erased stay for as long as those uses, with all that came after them: without them a row in
 * the form of an erased one would be an edit. `before`: none that are younger, though they might.
 */
export async function findDueActs(
  db: Sql,
  { useDays, actDays }: { useDays: number; actDays: number },
  now: Date,
  before: Date = now,
): Promise<DueActs> {
  const due = startOfDay(dayOf(new Date(now.getTime() - actDays * DAY_MS)));
  const cutoff = before < due ? before : due;
  let signed = await findSigned(db, cutoff, null);
  if (signed === null) return { cut: null, kept: null };
  const [first] = await db.query<Kept>(FIRST_KEPT, [[ERASURE_BEGUN, ERASED], signed.through]);
  const kept: KeptActs | null =
    first === undefined
      ? null
      : {
          since: first.at.toISOString(),
          until: first.lastDay === null ? null : leavesAt(first.lastDay, useDays).toISOString(),
        };
  if (first !== undefined)
    signed = await findSigned(db, new Date(Math.min(first.at.getTime(), cutoff.getTime())), first.sequence);
  if (signed === null) return { cut: null, kept };
  const [row] = await db.query<{ acts: bigint }>(
    "SELECT count(*) AS acts FROM audit_entry WHERE sequence <= $1::bigint",
    [signed.through],
  );
  const acts = Number(row?.acts ?? 0);
  return { cut: acts === 0 ? null : { ...signed, acts }, kept };
}
