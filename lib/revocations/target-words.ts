import { shortId } from "../tokens/model.ts";
import type { OrderRow, TargetKind, Verb } from "./model.ts";
import { orderVerbWords } from "./order-words.ts";

const LEADS: Record<Exclude<TargetKind, "everything">, string> = {
  token: "token",
  family: "family",
  session: "session",
  user: "all tokens of user",
  client: "all tokens of client",
  permission: "tokens with permission",
  group: "tokens with group",
  audience: "tokens for audience",
  signing_key: "tokens signed by key",
  selection: "selection of",
};

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NAMED_BY_KIND = /^(?:(?:access |refresh )?token|family|session) /;

/**
 * What an order is upon, as every page tells it: what stands before the name, and the name. A name that says its kind by itself has nothing
 * before it; a bare id is shortened in the middle.
 */
export function targetWords({ kind, name }: { kind: string; name: string }): { lead: string; name: string } {
  if (kind === "everything") return { lead: "", name: "every token" };
  const lead = Object.hasOwn(LEADS, kind) ? LEADS[kind as keyof typeof LEADS] : kind.replaceAll("_", " ");
  return { lead: NAMED_BY_KIND.test(name) ? "" : lead, name: UUID.test(name) ? shortId(name) : name };
}

/** An order in one line: "Revoked all tokens of client token-bot". */
export function orderLine(order: {
  verb: Verb;
  standing?: OrderRow["standing"];
  target: { kind: string; name: string };
}): string {
  const { lead, name } = targetWords(order.target);
  return [orderVerbWords(order), lead, name].filter((word) => word !== "").join(" ");
}

const ORDER_ACT = /\.(?:tokens_)?(?:revoked|suspended|restored)$|^revocation\.repeated$|^order\./;
const ORDERED_KINDS: ReadonlySet<string> = new Set([...Object.keys(LEADS), "everything"]);

/** What an act was upon: as the order tells it where the act placed one, else its name. */
export function actTargetWords({ act, target }: { act: string; target: { kind: string; name: string } }): {
  lead: string;
  name: string;
} {
  if (ORDER_ACT.test(act) && ORDERED_KINDS.has(target.kind)) return targetWords(target);
  return { lead: "", name: UUID.test(target.name) ? shortId(target.name) : target.name };
}
