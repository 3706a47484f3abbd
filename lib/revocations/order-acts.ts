import type { TargetKind, Verb } from "./model.ts";

/** What acts of orders are called on: the noun of the target, and whether it is the target itself or its tokens that are acted on. */
const SUBJECTS: Record<TargetKind, string> = {
  token: "token.",
  family: "family.",
  session: "session.",
  user: "user.tokens_",
  client: "client.tokens_",
  permission: "permission.tokens_",
  group: "group.tokens_",
  audience: "audience.tokens_",
  signing_key: "key.tokens_",
  everything: "everything.",
  selection: "selection.",
};

const PAST: Record<Exclude<Verb, "cancel">, string> = {
  revoke: "revoked",
  suspend: "suspended",
  restore: "restored",
};

/** The audit act of an order that holds at once: `client.tokens_suspended`. */
export function actOf(verb: Exclude<Verb, "cancel">, kind: TargetKind): string {
  return `${SUBJECTS[kind]}${PAST[verb]}`;
}

/** The audit act of an order that begins later. */
export function scheduledAct(verb: "revoke" | "suspend"): string {
  return verb === "revoke" ? "order.revocation_scheduled" : "order.suspension_scheduled";
}
