import type { OrderPlan, PlannedVerb, PlanTargetInput } from "#lib/order-plans/model.ts";
import type { TargetKind } from "#lib/revocations/model.ts";
import { groupedNumber } from "../display/number-text.tsx";

/** Above so many tokens something is to be typed before they are revoked, whatever the organisation asks for: that cannot be undone. */
const TYPE_ABOVE = 20;

/** Texts of the dialog that takes tokens back. */
const OBJECTS: Record<TargetKind, string> = {
  token: "a token",
  family: "a family of tokens",
  session: "the tokens of a session",
  user: "everything of a user",
  client: "everything of a client",
  permission: "tokens by a permission",
  group: "tokens by a group",
  audience: "tokens by an audience",
  signing_key: "tokens by their signing key",
  everything: "every token",
  selection: "a selection",
};

export function dialogTitle(target: PlanTargetInput): string {
  if ("tokenIds" in target) return `Revoke or suspend ${target.tokenIds.length} tokens`;
  return `Revoke or suspend ${OBJECTS[target.kind]}`;
}

export const DO_WORDS: Record<PlannedVerb, string> = { revoke: "Revoke", suspend: "Suspend" };

/** The button's words: what it will do, to how many. */
export function actWords(plan: OrderPlan): string {
  const { value, isExact } = plan.tokens;
  const verb =
    plan.effectiveFrom === null
      ? DO_WORDS[plan.verb]
      : `Schedule: ${plan.verb === "revoke" ? "revoke" : "suspend"}`;
  if (value === 0) return verb;
  return `${verb} ${groupedNumber(value)}${isExact ? "" : " or more"} token${value === 1 ? "" : "s"}`;
}

/** What a field of the browser's own time says as an instant, or null where it says none. */
export function instantOf(local: string): string | null {
  const at = new Date(local);
  return local === "" || Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** An instant as such a field has it. */
export function localOf(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Of a plan, what decides on what is to be typed. */
export type Confirmed = Pick<OrderPlan, "confirm" | "tokens" | "target" | "verb">;

/** What is to be typed, as it is told to the console, and as a person reads it. Of a suspension, which is given back as easily, only what the plan asks for. */
export function typedFor(plan: Confirmed | null): { text: string; shown: string } | null {
  if (plan === null) return null;
  if (plan.confirm === null && (plan.verb === "suspend" || plan.tokens.value <= TYPE_ABOVE)) return null;
  const { target, tokens } = plan;
  if (target.kind !== "selection")
    return { text: plan.confirm ?? target.name, shown: plan.confirm ?? target.name };
  return { text: plan.confirm ?? `${tokens.value} tokens`, shown: `${groupedNumber(tokens.value)} tokens` };
}
