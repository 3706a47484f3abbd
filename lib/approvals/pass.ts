import type { Act } from "../audit/record-entry.ts";
import type { Permission } from "../authz/roles.ts";
import type { Total } from "../list-query/define-table.ts";
import type { GuardedKind } from "./model.ts";

/** A plan that an act is bound to, so that it does what others saw. */
export type BindingPlan = { kind: "order" | "lifetimes"; id: string };

/** What an order without a plan revokes. */
export type ReachedTarget = { kind: "client"; id: string };

/** With what an act that wants a second person is let through: to see what it would do, or to do it. */
export type Pass = {
  isTrial: boolean;
  /** The person was asked for this very act, or is not there: they are not asked again for its kind. */
  skipsStepUp: boolean;
  /** Whether anybody reads what the act answers. */
  isAnswered: boolean;
  /** Of which approval it is done: on record with each of its acts. */
  approval: { id: string; way: "asked" | "break_glass"; approvedBy: string | null } | null;
  /** How many rows who decided was told that leave, of an export that is done. */
  shownRows: Total | null;
  /** When a second person was asked for, of what waits or waited for one; null: nothing waits. */
  askedAt: Date | null;
  /** What is noted on the way. */
  kinds: Set<GuardedKind>;
  permissions: Set<Permission>;
  acts: Act[];
  says: string[];
  /** How many rows would leave, of an export. */
  rows: Total | null;
  /** What it is called, where neither a plan nor what it records says it. */
  title: string | null;
  /** Names that are made anew each time, such as a new key's. */
  made: Set<string>;
  plan: BindingPlan | null;
  /** What an order without a plan is upon: it is shown as one by plan is. */
  reach: ReachedTarget | null;
  /** Told of the plan before the act locks anything. */
  onPlan?: () => Promise<void>;
};

/** Whether an act is done without the second person that it wants. */
export function isBreakGlass({ pass }: { pass?: Pass | undefined }): boolean {
  return pass?.approval?.way === "break_glass";
}

/** Notes of an act that is done one more kind that it is: what was done without a second person is on record, and reviewed, with all of them. What two approved has them from its dry run. */
export function noteDone(pass: Pass, kind: GuardedKind): void {
  if (isBreakGlass({ pass })) pass.kinds.add(kind);
}

/** How long a read for an answer may take while an act holds its locks until the end of a larger transaction. */
const BRIEFLY_MS = 100;

/** How long something may be looked for that is only said in an act's answer: not at all where nobody reads it. What was not found in time is said not to be known exactly. */
export function answerWithin({ pass }: { pass?: Pass | undefined }, ms: number): number {
  if (pass === undefined) return ms;
  return pass.isAnswered ? Math.min(ms, BRIEFLY_MS) : 0;
}

/** Whether nobody reads what an act answers. */
export function isUnanswered({ pass }: { pass?: Pass | undefined }): boolean {
  return pass?.isAnswered === false;
}

export function newPass({
  askedAt = null,
  shownRows = null,
  ...given
}: Pick<Pass, "isTrial" | "skipsStepUp" | "isAnswered" | "approval"> & {
  askedAt?: Date | null;
  shownRows?: Total | null;
}): Pass {
  return {
    ...given,
    askedAt,
    shownRows,
    kinds: new Set(),
    permissions: new Set(),
    acts: [],
    says: [],
    rows: null,
    title: null,
    made: new Set(),
    plan: null,
    reach: null,
  };
}
