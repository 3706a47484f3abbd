import type { Database } from "../db/database.ts";
import { countByClients } from "./count-by-clients.ts";
import { countByTimes } from "./count-by-times.ts";
import { countLastUsed } from "./count-last-used.ts";
import type { TokenState } from "./model.ts";
import type { Tally } from "./read-tally.ts";
import { isAnyPending } from "./state-branches.ts";
import type { PendingOrders, StateSql } from "./state-sql.ts";
import { timeQuestionOf } from "./time-question.ts";
import type { Filters, TokenQuestion } from "./token-question.ts";

/** States that few tokens are in are counted in their own narrow table. */
const FEW_STATES: ReadonlySet<TokenState> = new Set(["suspended", "not_yet_valid"]);

/** How a question is counted by the counts by time; null where they do not tell it. */
export function timesCount(
  db: Database,
  filters: Filters,
  question: TokenQuestion,
  { longestSeconds, weeks }: Tally,
  { state, now, pending }: { state: StateSql; now: Date; pending: PendingOrders },
): ((timeoutMs: number) => Promise<number | null>) | null {
  const asked = timeQuestionOf(filters, question);
  if (asked === null) return null;
  const { by } = asked;
  if (by.what === "states" && (isAnyPending(pending) || by.states.every((one) => FEW_STATES.has(one))))
    return null;
  if (by.what === "clientStates")
    return isAnyPending(pending)
      ? null
      : (timeoutMs) => countByClients(db, asked.kinds, by, { now, timeoutMs });
  if (by.what === "lastUsed") {
    const { used } = by;
    return (timeoutMs) => countLastUsed(db, used, { issuedFrom: weeks[0]?.of ?? null, timeoutMs });
  }
  return (timeoutMs) => countByTimes(db, { ...asked, by }, { state, now, longestSeconds, timeoutMs });
}
