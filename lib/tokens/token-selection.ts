import type { Fragment } from "../list-query/sql-fragment.ts";
import type { Window } from "../list-query/time-window.ts";
import type { Branch } from "./branch.ts";
import type { ExpiryWalk } from "./expiry-walk.ts";
import type { LeadByIssue } from "./page-by-lead.ts";
import type { Tally } from "./read-tally.ts";
import type { RevokedWalk } from "./revoked-walk.ts";
import type { PendingOrders, StateSql } from "./state-sql.ts";
import type { TokensQuery } from "./table.ts";

export type TokenSelection = {
  /** Disjoint: no token is in two. None: nothing can match. */
  branches: Branch[];
  /** What every row must fulfil, on `token t`, `s` and `c` of STATE_JOINS and `us` of the usage. */
  conditions: Fragment[];
  /** Whether the conditions look at more than the register's own columns. */
  needsState: boolean;
  needsUsage: boolean;
  /** Whether indexes give each branch's rows in the order of the list. */
  isInOrder: boolean;
  /** Whether whole indexes are put together. */
  isOfSets: boolean;
  /** Whether the rows are too many to sort by last use, and are to be read from the counters of use. */
  isByUsage: boolean;
  /** The time of last use that is asked for. */
  used: Window;
  /** What the tally says, where it was asked and is of use. */
  tally: Tally | null;
  /** The time of issue that is asked for. */
  issued: Window;
  /** Whether labels, clients, kinds, formats and issue time are all that is asked for. */
  isAllTallied: boolean;
  /** The same way to the rows of another stretch of time. */
  branchesIn: (stretch: Window) => Branch[];
  /** The branches by time of issue, where that is the list's order. */
  byIssue: LeadByIssue | null;
  /** The same where the list is ordered by expiry, and there are many. */
  byLead: LeadByIssue | null;
  /** How the register is walked where that is the way, in the order of expiry. */
  walk: ExpiryWalk | null;
  /** How revoked tokens are read beside other filters, where the counts by client tell where they are. */
  revoked: RevokedWalk | null;
  /** Counts to the last one by the counts by time, where they tell it. */
  countByTimes: ((timeoutMs: number) => Promise<number | null>) | null;
};

export type SelectOptions = {
  now: Date;
  state: StateSql;
  pending: PendingOrders;
  sort: TokensQuery["sort"]["key"];
  /** Fewer are always read and sorted: what else is asked of them may be rare. */
  few?: number;
};
