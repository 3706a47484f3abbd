import { all, type Fragment, sql } from "../list-query/sql-fragment.ts";
import { inWindow, type Window } from "../list-query/time-window.ts";
import type { Branch } from "./branch.ts";
import type { Lead } from "./lead.ts";

/** Entries of two indexes that are put together in the time of one look into the register. */
const ENTRIES_A_LOOK = 150;
/** Larger indexes are not read whole: the page would wait for them. */
const ENTRIES_MAX = 500_000;
/** What putting together costs before it begins, in looks. */
const BEGIN_COST = 1_500;

/** The ids of two leads' tokens by their indexes alone: the first carries a label, the second another, or is of some client or user. */
function idsIn(label: Lead, other: Lead, stretch: Window): Fragment {
  const [one, two] = [label.label, other.label];
  const isOf = ({ facet, name }: { facet: string; name: string }, alias: Fragment) =>
    sql`${alias}.kind = ${facet} AND ${alias}.label = ${name} AND ${inWindow(sql`${alias}.issued_at`, stretch)}`;
  const [a, b] = [sql`a`, sql`b`];
  const first = isOf(one as NonNullable<typeof one>, a);
  return two === undefined
    ? sql`SELECT a.issued_at, a.token_id FROM token_label a JOIN token t ON t.issued_at = a.issued_at AND t.id = a.token_id
        WHERE ${first} AND (${other.answers ?? sql`true`}) AND ${inWindow(sql`t.issued_at`, stretch)}`
    : sql`SELECT a.issued_at, a.token_id FROM token_label a JOIN token_label b ON b.issued_at = a.issued_at AND b.token_id = a.token_id
        WHERE ${all([first, isOf(two, b)])}`;
}

function costOfSets(one: number, other: number): number {
  const entries = one + other;
  return entries > ENTRIES_MAX ? Number.POSITIVE_INFINITY : entries / ENTRIES_A_LOOK + BEGIN_COST;
}

/** A branch of what is in a set of ids, given as `issued_at` and `token_id`. */
function branchOf(ids: Fragment): Branch {
  return {
    from: sql`${ids} CROSS JOIN LATERAL (SELECT * FROM token x WHERE x.issued_at = f.issued_at AND x.id = f.token_id LIMIT 1) t`,
    where: [],
    issuedAt: sql`f.issued_at`,
    id: sql`f.token_id`,
    isOrdered: false,
    countFrom: ids,
  };
}

function both(label: Lead, other: Lead, looks: number): Lead {
  return {
    tokens: costOfSets(label.entries, other.entries) + looks,
    entries: 0,
    width: 1,
    isOrdered: false,
    isOfSets: true,
    answers: null,
    answersToo: [label.answers, other.answers].flatMap((one) => one ?? []),
    branches: (stretch) => [branchOf(sql`(${idsIn(label, other, stretch)} OFFSET 0) f`)],
  };
}

/**
 * The settled revoked tokens of that lead of which the index is the smallest, put together from both; null where `cost`, what there is to look up
 * otherwise, is less. `revoked`: about how many there are.
 */
export function revokedAmong(
  leads: readonly Lead[],
  { revoked, cost, span }: { revoked: number; cost: number; span: Window },
): { branch: Branch; answers: Fragment | null } | null {
  const indexed = leads.filter((lead) => lead.label !== undefined || lead.isIndexed === true);
  if (indexed.length === 0) return null;
  const least = indexed.reduce((one, other) => (other.entries < one.entries ? other : one));
  if (costOfSets(revoked, least.entries) >= cost) return null;
  const { label, answers } = least;
  const other = label
    ? sql`JOIN token_label b ON b.token_id = a.token_id WHERE b.kind = ${label.facet} AND b.label = ${label.name} AND ${inWindow(sql`b.issued_at`, span)}`
    : sql`JOIN token t ON t.id = a.token_id WHERE (${answers ?? sql`true`}) AND ${inWindow(sql`t.issued_at`, span)}`;
  const at = label ? sql`b.issued_at` : sql`t.issued_at`;
  const ids = sql`(SELECT ${at}, a.token_id FROM token_standing a ${other} AND a.revoked_at IS NOT NULL OFFSET 0) f`;
  return { branch: branchOf(ids), answers };
}

/**
 * The ways to what two leads have in common, of which one is a label: both are read from their indexes, whole, and put together, which takes a
 * fraction of looking each token of one up. Where both are large and little is in both, nothing else comes to an end. `looks`: how many of the tokens in both
 * are to be looked up for what else is asked.
 */
export function intersections(leads: readonly Lead[], looks: number): Lead[] {
  return leads.flatMap((label, index) =>
    label.label === undefined
      ? []
      : leads
          .filter((other, place) => (other.label === undefined ? other.isIndexed === true : place > index))
          .map((other) => both(label, other, looks)),
  );
}
