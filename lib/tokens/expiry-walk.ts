import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import type { Window } from "../list-query/time-window.ts";
import type { TokenState } from "./model.ts";
import type { Lives, Tally } from "./read-tally.ts";
import { isAnyPending } from "./state-branches.ts";
import type { PendingOrders } from "./state-sql.ts";
import type { TokenQuestion } from "./token-question.ts";

/** How the register is walked in the order of expiry. */
export type ExpiryWalk = {
  /** Whose counts tell where to walk: of all tokens, or of those alone that can match. */
  facet: "expires" | "revoked" | "consumed";
  /** Weeks and kinds that can match, of what was issued before `until`. */
  until: Date;
  weeks: readonly { of: Date; lives: readonly Lives[] }[];
  issued: Window;
  expires: Window;
  /** About which share of what is counted matches. */
  share: number;
  /** What every row must fulfil. */
  conditions: Fragment[];
  needsState: boolean;
  now: Date;
};

/** Whose expiries are counted apart: of a single final state, where all of it is settled. */
function walkedFacet(states: readonly TokenState[], pending: PendingOrders): ExpiryWalk["facet"] {
  const [state, ...others] = states;
  if (others.length > 0 || isAnyPending(pending)) return "expires";
  return state === "revoked" || state === "consumed" ? state : "expires";
}

/** When what is asked for expires. */
function expiresOf({ expires }: TokenQuestion, states: readonly TokenState[], now: Date): Window {
  if (states.length === 0 || states.some((state) => state !== "expired")) return expires;
  return { from: expires.from, to: expires.to !== null && expires.to < now ? expires.to : now };
}

/** States that a share of tokens is in which nobody knows are thought to be this share of them. */
const SHARE_OF_STATE = 0.3;

function shareOf(tally: Tally, expected: number, isOfState: boolean): number {
  const share = Math.min(1, Math.max(1, expected) / Math.max(1, tally.inRegister));
  return isOfState ? share * SHARE_OF_STATE : share;
}

/** What these states are where no order is pending: they come before all others, and need no look at what else a token is. */
const IS_ENDED = {
  revoked: [sql`s.revoked_at IS NOT NULL`],
  consumed: [sql`t.kind = 'refresh'`, sql`c.token_id IS NOT NULL`, sql`s.revoked_at IS NULL`],
};

/** How a list by expiry walks the register by the counts; null where another way has few tokens, or gives them in no order. */
export function expiryWalk(
  asked: {
    states: readonly TokenState[];
    question: TokenQuestion;
    tally: Tally;
    span: Window;
    expected: number;
    isLedByRegister: boolean;
    isOfMany: boolean;
  },
  { others, ofState }: { others: Fragment[]; ofState: Fragment[] },
  { now, pending }: { now: Date; pending: PendingOrders },
): ExpiryWalk | null {
  const { states, question, tally, span, expected } = asked;
  const facet = walkedFacet(states, pending);
  // nearly none: they are read and sorted
  if (states.length === 1 && states[0] === "not_yet_valid") return null;
  if (facet === "expires" ? !asked.isLedByRegister : !asked.isOfMany) return null;
  return {
    facet,
    until: tally.until,
    weeks: tally.weeks,
    issued: span,
    expires: expiresOf(question, states, now),
    share: shareOf(tally, expected, facet === "expires" && states.length > 0),
    conditions: [...others, ...(facet === "expires" ? ofState : IS_ENDED[facet])],
    needsState: states.length > 0,
    now,
  };
}
