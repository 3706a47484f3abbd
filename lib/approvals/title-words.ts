import { ROLE_WORDS, type Role } from "../authz/roles.ts";
import type { OrderPlan } from "../order-plans/model.ts";
import type { Shown, ShownAct } from "./model.ts";

/** What an order by plan does, as its title: "Revoke 128 tokens of 40 users: client reports-spa". */
export function planTitle({
  verb,
  tokens,
  users,
  target,
}: Pick<OrderPlan, "verb" | "tokens" | "users" | "target">): string {
  const act = verb === "revoke" ? "Revoke" : "Suspend";
  const many = ({ value, isExact }: OrderPlan["tokens"], one: string, more: string) =>
    `${isExact ? "" : "at least "}${value.toLocaleString("en")} ${value === 1 ? one : more}`;
  const of = users.isExact && users.value > 0 ? ` of ${many(users, "user", "users")}` : "";
  const what = `${act} ${many(tokens, "token", "tokens")}${of}`;
  if (target.kind === "everything") return `${what}: everything`;
  return `${what}: ${target.kind.replaceAll("_", " ")} ${target.name}`;
}

const roleOf = (value: unknown): string =>
  typeof value === "string" && Object.hasOwn(ROLE_WORDS, value) ? ROLE_WORDS[value as Role].name : "";

function signInTitle({ before, after }: ShownAct): string | null {
  if (before?.localSignIn === after?.localSignIn || typeof after?.localSignIn !== "boolean") return null;
  return `Turn sign-in without a provider ${after.localSignIn ? "on" : "off"}`;
}

/** Of one act upon one thing: what it does to it, from what it would record. */
const TITLES: Record<string, (act: ShownAct) => string | null> = {
  "admin.invited": ({ target, after }) =>
    `Invite ${target.name}${roleOf(after?.role) === "" ? "" : ` as ${roleOf(after?.role)}`}`,
  "admin.role_changed": ({ target, before, after }) =>
    `Make ${target.name} ${roleOf(after?.role)} instead of ${roleOf(before?.role)}`,
  "admin.disabled": ({ target }) => `Disable ${target.name}`,
  "admin.enabled": ({ target }) => `Enable ${target.name}`,
  "admin.enrolment_reset": ({ target }) => `Give ${target.name} a new link`,
  "api_token.created": ({ target, after }) =>
    `Make the API token ${target.name}, ${roleOf(after?.role)}${after?.isUnattended === true ? ", that acts unattended" : ""}`,
  "approval_policy.changed": () => "Change what wants a second person",
  "sign_in_policy.updated": signInTitle,
  "key.destroyed": ({ target }) => `Destroy the signing key ${target.name}`,
  "key.cancelled": ({ target }) => `Cancel the signing key ${target.name}`,
};

/** What acts do, as their title, from what they would record; null where it has no words of its own here. */
export function actsTitle({ acts }: Pick<Shown, "acts">): string | null {
  const [first] = acts;
  if (first === undefined) return null;
  return TITLES[first.act]?.(first) ?? null;
}
