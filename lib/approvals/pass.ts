import type { Act } from "../audit/record-entry.ts";
import type { Permission } from "../authz/roles.ts";
import type { GuardedKind } from "./model.ts";

/** A plan that an act is bound to, so that it does what others saw. */
export type BindingPlan = { kind: "order" | "lifetimes"; id: string };

/** With what an act that wants a second person is let through: to see what it would do, or to do it. */
export type Pass = {
  isTrial: boolean;
  /** The person was asked for this very act, or is not there: they are not asked again for its kind. */
  skipsStepUp: boolean;
  /** Of which approval it is done: on record with each of its acts. */
  approval: { id: string; way: "asked" | "break_glass"; approvedBy: string | null } | null;
  /** What is noted on the way. */
  kinds: Set<GuardedKind>;
  permissions: Set<Permission>;
  acts: Act[];
  says: string[];
  /** Names that are made anew each time, such as a new key's. */
  made: Set<string>;
  plan: BindingPlan | null;
};

export function newPass(given: Pick<Pass, "isTrial" | "skipsStepUp" | "approval">): Pass {
  return {
    ...given,
    kinds: new Set(),
    permissions: new Set(),
    acts: [],
    says: [],
    made: new Set(),
    plan: null,
  };
}
