import { all, type Fragment, sql } from "../list-query/sql-fragment.ts";
import { inWindow, type Window } from "../list-query/time-window.ts";
import type { Branch } from "./branch.ts";
import type { Lead } from "./lead.ts";

/** Entries of two indexes that are put together in the time of one look into the register. */
const ENTRIES_A_LOOK = 60;
/** What putting together costs before it begins, in looks. */
const BEGIN_COST = 1_000;

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

function both(label: Lead, other: Lead, expected: number): Lead {
  const branch = (stretch: Window): Branch => {
    const ids = sql`(${idsIn(label, other, stretch)} OFFSET 0) f`;
    return {
      from: sql`${ids} CROSS JOIN LATERAL (SELECT * FROM token x WHERE x.issued_at = f.issued_at AND x.id = f.token_id LIMIT 1) t`,
      where: [],
      issuedAt: sql`f.issued_at`,
      id: sql`f.token_id`,
      isOrdered: false,
      countFrom: ids,
    };
  };
  return {
    tokens: (label.entries + other.entries) / ENTRIES_A_LOOK + BEGIN_COST + expected,
    entries: 0,
    width: 1,
    isOrdered: false,
    isOfSets: true,
    answers: null,
    answersToo: [label.answers, other.answers].flatMap((one) => one ?? []),
    branches: (stretch) => [branch(stretch)],
  };
}

/**
 * The ways to what two leads have in common, of which one is a label: both are read from their indexes, whole, and put together, which takes a
 * fraction of looking each token of one up. Where both are large and little is in both, nothing else comes to an end.
 */
export function intersections(leads: readonly Lead[], expected: number): Lead[] {
  return leads.flatMap((label, index) =>
    label.label === undefined
      ? []
      : leads
          .filter((other, place) => (other.label === undefined ? other.isIndexed === true : place > index))
          .map((other) => both(label, other, expected)),
  );
}
