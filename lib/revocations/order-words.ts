import type { OrderRow, Verb } from "./model.ts";

const VERB_WORDS: Record<Verb, string> = {
  revoke: "Revoked",
  suspend: "Suspended",
  restore: "Restored",
  cancel: "Called off",
};

/** What an order did, or is to do, or did while it lasted; without its standing, as if it held. Browser-safe. */
export function orderVerbWords(order: { verb: Verb; standing?: OrderRow["standing"] }): string {
  const standing = order.standing ?? "in_force";
  switch (standing) {
    case "scheduled":
      return order.verb === "revoke" ? "To revoke" : "To suspend";
    case "cancelled":
      return order.verb === "revoke" ? "Was to revoke" : "Was to suspend";
    case "over":
    case "restored":
      return "Had suspended";
    case "in_force":
      return VERB_WORDS[order.verb];
    default:
      return standing satisfies never;
  }
}
