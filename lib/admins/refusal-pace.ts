import type { Sql } from "../db/sql.ts";

/** Refused sign-ins of one account, or of none that there is, that are put on record: so many at once, and in a second, in all processes together. */
export const REFUSAL_PACE = { burst: 100, perSecond: 0.5 } as const;

/** Of refusals that belong to no account that there is. */
export const OF_NOBODY = "nobody";

const TAKE = `
  INSERT INTO sign_in_refusal AS r (key, allowance, at, left_out) VALUES ($1::text, $3::float8 - 1, $2::timestamptz, 0)
  ON CONFLICT (key) DO UPDATE SET (allowance, at, left_out) = (
    SELECT CASE WHEN f.allowance >= 1 THEN f.allowance - 1 ELSE f.allowance END, greatest(r.at, $2::timestamptz),
      CASE WHEN f.allowance >= 1 THEN 0 ELSE r.left_out + 1 END
    FROM (SELECT least($3::float8, r.allowance + $4::float8 * greatest(0, extract(epoch FROM $2::timestamptz - r.at)::float8)) AS allowance) f)
  RETURNING coalesce(old.left_out, 0) AS before, new.left_out AS "leftOut"`;

/**
 * Whether a refused sign-in is written now, inside the transaction that writes it. Whoever has many addresses causes as many refusals as they like: what they fill is the count of those that were
 * left out, not the log. The count is kept, so that it is one for all processes and outlives each.
 *
 * @param key whose: an account that there is, or `OF_NOBODY`.
 * @returns null where it is left out; else how many before it were.
 */
export async function takeRefusal(tx: Sql, key: string, now: Date): Promise<number | null> {
  const [row] = await tx.query<{ before: number; leftOut: number }>(TAKE, [
    key,
    now,
    REFUSAL_PACE.burst,
    REFUSAL_PACE.perSecond,
  ]);
  return row === undefined || row.leftOut > 0 ? null : row.before;
}

/**
 * Counts a refusal where nothing may be written now, by one statement: a flood holds the row for no longer than that.
 *
 * @returns false where it may be, and nothing was counted.
 */
export async function leaveOutWhereSpent(db: Sql, key: string, now: Date): Promise<boolean> {
  const counted = await db.query(
    `UPDATE sign_in_refusal SET left_out = left_out + 1
     WHERE key = $1::text AND allowance + $3::float8 * greatest(0, extract(epoch FROM $2::timestamptz - at)::float8) < 1 RETURNING key`,
    [key, now, REFUSAL_PACE.perSecond],
  );
  return counted.length > 0;
}

/** Counts a refusal that is not written, whatever the pace: the door is closed already, and that it closed is on record. */
export async function leaveRefusalOut(db: Sql, key: string, now: Date): Promise<void> {
  await db.query(
    `INSERT INTO sign_in_refusal AS r (key, allowance, at, left_out) VALUES ($1::text, $3::float8, $2::timestamptz, 1)
     ON CONFLICT (key) DO UPDATE SET left_out = r.left_out + 1`,
    [key, now, REFUSAL_PACE.burst],
  );
}
