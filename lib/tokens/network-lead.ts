import type { Sql } from "../db/sql.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { inWindow, type Window } from "../list-query/time-window.ts";
import { asMultirange, inNetworks, stretchesOf } from "../places/in-networks.ts";
import { onRegister } from "./branch.ts";
import { countFew } from "./few-leads.ts";
import type { Lead } from "./lead.ts";

/** Each stretch is looked for in each week of the register: the largest networks have thousands. */
const STRETCHES_MAX = 1_000;
const FEW = 5_000;
const EVER: Window = { from: null, to: null };

/** The condition on the network that announces the address a token was issued to, today. */
export function networkCondition(networks: readonly string[]): Fragment {
  return inNetworks(sql`address_of(t.ip)`, networks);
}

/**
 * The way to the tokens that were issued to addresses of some networks, where those are few: stretch by stretch through the index of addresses. Null where they are many,
 * which are found soon in whatever order, and where there are very many stretches.
 */
export async function networkLead(
  db: Sql,
  networks: readonly string[],
  answers: Fragment,
): Promise<Lead | null> {
  const stretches = stretchesOf(networks);
  if (stretches.length > STRETCHES_MAX) return null;
  const among = asMultirange(stretches);
  // OFFSET and LIMIT keep the planner from taking the join apart: each stretch is a look into the index
  const from = (
    stretch: Window,
    most: Fragment,
  ) => sql`unnest(${among}) AS n(stretch) CROSS JOIN LATERAL (SELECT * FROM token x
    WHERE address_of(x.ip) BETWEEN lower(n.stretch) AND upper(n.stretch) AND ${inWindow(sql`x.issued_at`, stretch)} ${most}) t`;
  const count = await countFew(db, from(EVER, sql`LIMIT ${FEW + 1}::int`), sql`true`, FEW);
  if (count === null) return null;
  return {
    tokens: count,
    entries: count,
    width: 1,
    isOrdered: false,
    answers,
    branches: (stretch) => [{ ...onRegister([], false), from: from(stretch, sql`OFFSET 0`) }],
  };
}
