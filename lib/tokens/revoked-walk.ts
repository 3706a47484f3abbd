import type { Database } from "../db/database.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { inWindow, type Window } from "../list-query/time-window.ts";
import type { Branch } from "./branch.ts";
import type { Lead } from "./lead.ts";
import { readFreshlyRevoked, readRevokedCells } from "./revoked-cells.ts";
import { type RevokedOrder, type RevokedWindow, revokedWindows } from "./revoked-pieces.ts";
import { branchesOfSpans, branchesSince, type RevokedWays } from "./revoked-ways.ts";
import { readParts } from "./tally-parts.ts";
import type { TokenQuestion } from "./token-question.ts";

/** How revoked tokens are read beside other filters. */
export type RevokedWalk = {
  /** The branches of the list's order from `past` on, one part of it after the other, until a page is full. */
  parts: (page: { isDown: boolean; past: Date | null; wanted: number }) => Branch[][];
  /** Of all of it, and about how many match. */
  all: Branch[];
  expected: number;
};

function common(one: Window, other: Window): Window {
  const from = one.from === null || (other.from !== null && other.from > one.from) ? other.from : one.from;
  const to = one.to === null || (other.to !== null && other.to < one.to) ? other.to : one.to;
  return { from, to };
}

/**
 * How revoked tokens are read that fulfil other filters too. Where the counts by client say in which days of issue a client has revoked tokens, and the tally that it
 * has some of those that are asked for, the days are read by what has the least to look at: an index of labels or clients, of which each entry is looked up among the revoked, or the
 * revoked themselves. After one large client was taken back they are most of the revoked, and others' are few among them. Null where the counts tell too little.
 *
 * `conditions`: of all other filters, on `token t` and `us` of the usage. `issued`: nothing that was issued at another time can match. `holders`: ways to the tokens of users that are asked for. `share`: of what the tally
 * expects, that which fulfils what it knows nothing of.
 */
export async function revokedWalk(
  db: Database,
  question: TokenQuestion,
  asked: {
    conditions: readonly Fragment[];
    issued: Window;
    share: number;
    order: RevokedOrder;
    holders: readonly Lead[];
  },
): Promise<RevokedWalk | null> {
  const revoked = await readRevokedCells(db);
  if (revoked === null) return null;
  const fresh = await readFreshlyRevoked(db, revoked.until);
  if (fresh === null) return null;
  const tally = await readParts(db, question.tally);
  const ofClients = question.clients?.contained ?? null;
  const ways: RevokedWays = { revoked, tally, labels: question.labels, ofClients, holders: asked.holders };
  const { conditions, order } = asked;
  const issued = common(question.tally.issued, asked.issued);
  const of = { order, share: asked.share, issued, expires: question.expires };
  const branchesOf = ({ spans, within }: RevokedWindow): Branch[] => {
    const ends = order === "expires" ? [inWindow(sql`t.expires_at`, within)] : [];
    const all = [...conditions, ...ends];
    const time = order === "issued" ? common(issued, within) : issued;
    return [...branchesOfSpans(ways, spans, all), ...branchesSince(ways, time, { fresh, conditions: all })];
  };
  const whole = revokedWindows(
    revoked,
    tally,
    { ...of, order: "issued" },
    { isDown: true, past: null, wanted: Number.POSITIVE_INFINITY },
  );
  return {
    parts: (page) => revokedWindows(revoked, tally, of, page).map(branchesOf),
    all: whole.flatMap(({ spans }) => [
      ...branchesOfSpans(ways, spans, conditions),
      ...branchesSince(ways, issued, { fresh, conditions }),
    ]),
    expected: whole.reduce((sum, one) => sum + one.expected, fresh.length),
  };
}
