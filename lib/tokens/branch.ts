import { type Fragment, sql } from "../list-query/sql-fragment.ts";

/**
 * Where the rows of a list come from, in the order of issue: the register itself, or one of the narrow tables whose index already has what a
 * filter asks for. A planner that does not know how rare a label is walks the whole register for it; this decides for it.
 */
export type Branch = {
  from: Fragment;
  where: Fragment[];
  /** The columns that say issue time and id in this branch. Without the first, the id's own order is the order of issue. */
  issuedAt: Fragment | null;
  id: Fragment;
  /** Whether an index gives the rows in the order of issue. */
  isOrdered: boolean;
  /** The same rows without the register, for counting where nothing else is asked. */
  countFrom?: Fragment;
};

export const T_ISSUED = sql`t.issued_at`;
/** The country that a token was issued to, as its index has it: UNKNOWN_COUNTRY where none is known. */
export const T_COUNTRY = sql`coalesce(t.country, 'unknown')`;
const T_ID = sql`t.id`;

/** Rows of the register itself. */
export function onRegister(where: Fragment[], isOrdered = true): Branch {
  return { from: sql`token t`, where, issuedAt: T_ISSUED, id: T_ID, isOrdered };
}

/** Tokens with a label, but for those with one of some others: those are in other branches. */
export function onLabel(kind: string, label: string, not: readonly string[]): Branch {
  const where = [sql`l.kind = ${kind}`, sql`l.label = ${label}`];
  if (not.length > 0)
    where.push(sql`NOT EXISTS (SELECT FROM token_label o WHERE o.kind = ${kind} AND o.label = ANY (${not}::text[])
      AND o.issued_at = l.issued_at AND o.token_id = l.token_id)`);
  return {
    // LIMIT keeps the planner from taking the join apart: it reads the labels in order and looks each token up
    from: sql`token_label l CROSS JOIN LATERAL (SELECT * FROM token x WHERE x.issued_at = l.issued_at AND x.id = l.token_id LIMIT 1) t`,
    where,
    issuedAt: sql`l.issued_at`,
    id: sql`l.token_id`,
    isOrdered: true,
    countFrom: sql`token_label l`,
  };
}
