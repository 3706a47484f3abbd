import type { Caller, OrderRow, Remaining } from "../revocations/model.ts";
import { type Count, type OrderPlan, type PlannedVerb, SELECTION_AT_ONCE_MAX } from "./model.ts";

export function plural(count: number, one: string, more: string): string {
  return count === 1 ? `1 ${one}` : `${count.toLocaleString("en")} ${more}`;
}

/** An instant in a sentence: to the minute, in UTC. Where it is shown as a time of its own, it is exact and local. */
export function atWords(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

function many({ value, isExact }: Count, one: string, more: string): string {
  return `${isExact ? "" : "at least "}${plural(value, one, more)}`;
}

function capital(text: string): string {
  return text.replace(/^./, (first) => first.toUpperCase());
}

function named(callers: readonly Caller[]): string {
  const names = callers.slice(0, 5).map((caller) => caller.name);
  return `${names.join(", ")}${callers.length > 5 ? ` and ${callers.length - 5} more` : ""}`;
}

type Facts = Omit<OrderPlan, "sentences" | "refusedEverywhere" | "secondPerson"> & { isOfNewest: boolean };

function whatStops(plan: Facts): string {
  const { tokens, users, clients } = plan;
  const of = users.value > 0 ? ` of ${many(users, "user", "users")}` : "";
  const through = clients.value > 1 ? ` through ${many(clients, "client", "clients")}` : "";
  const isOne = tokens.value === 1 && tokens.isExact;
  const when =
    plan.effectiveFrom === null
      ? plan.target.kind === "selection" && tokens.value > SELECTION_AT_ONCE_MAX
        ? "everywhere, as the selection is written"
        : "everywhere and at once"
      : `on ${atWords(plan.effectiveFrom)}`;
  const until =
    plan.verb === "revoke"
      ? ""
      : plan.suspendedUntil === null
        ? `, until ${isOne ? "it is" : "they are"} restored`
        : `, until ${atWords(plan.suspendedUntil)}`;
  return capital(
    `${many(tokens, "token", "tokens")}${of}${through} ${isOne ? "stops" : "stop"} working, ${when}${until}.`,
  );
}

/** The text of a plan, a sentence each: what stops, who would notice, what is not undone. */
export function planSentences(plan: Facts): string[] {
  const sentences: string[] = [];
  if (plan.widensTo !== null)
    sentences.push(
      "This is a refresh token: its whole family ends with it, because whoever holds it may hold what it made.",
    );
  if (plan.members !== null)
    sentences.push(
      `${plural(plan.members, "user is a member", "users are members")} of the group today: each gets an order of its own, over all tokens, and ${plan.members === 1 ? "its" : "their"} sign-in sessions end too.`,
    );
  if (plan.isAlreadyRevoked) sentences.push("It is revoked already: revoking again changes nothing.");
  else if (plan.tokens.value === 0 && plan.tokens.isExact)
    sentences.push("No live token is left to stop; the order holds all the same.");
  else if (plan.tokens.value === 0)
    sentences.push("How many tokens stop working could not be counted in time.");
  else sentences.push(whatStops(plan));
  if (!plan.users.isExact)
    sentences.push(
      "There are too many tokens to name every user and client. The order is refused if it would reach one who held none at this moment.",
    );
  if (plan.effectiveFrom !== null && plan.target.kind !== "selection")
    sentences.push("Tokens of the target that are issued until then are reached too.");
  const clients = plan.callers.filter((caller) => caller.kind === "client");
  const verifiers = plan.callers.filter((caller) => caller.kind === "verifier");
  const isOne = plan.target.kind === "token" || (plan.tokens.isExact && plan.tokens.value === 1);
  const all = isOne ? "it" : "them";
  const them = plan.isOfNewest ? "the newest 2,000 of them" : all;
  if (!plan.callersAreKnown)
    sentences.push(`Who used ${all} in the last 24 hours could not be told in time.`);
  else if (plan.callers.length === 0) sentences.push(`Nobody used ${them} in the last 24 hours.`);
  if (clients.length > 0)
    sentences.push(
      `${plural(clients.length, "client", "clients")} used ${them} in the last 24 hours: ${named(clients)}.`,
    );
  if (verifiers.length > 0)
    sentences.push(
      `${plural(verifiers.length, "service was called", "services were called")} with ${them} in the last 24 hours: ${named(verifiers)}.`,
    );
  if (plan.target.kind === "user") sentences.push("The user's sign-in sessions end too.");
  if (plan.target.kind === "session") sentences.push("The sign-in session ends too.");
  if (plan.isAlreadyRevoked) return sentences;
  sentences.push(
    plan.verb === "revoke"
      ? plan.effectiveFrom === null
        ? "This cannot be undone; new tokens can be issued."
        : "It can be called off until it begins; from then on it cannot be undone."
      : "A restore ends the suspension; it brings back no session and nothing that was revoked.",
  );
  return sentences;
}

/** Until when a token can still be accepted somewhere. */
export function refusedEverywhereOf(
  verb: PlannedVerb,
  last: { at: Date | null; isExact: boolean },
  effectiveFrom: string | null,
  isWrittenLater = false,
): { at: string | null; isExact: boolean; says: string } {
  const from = effectiveFrom === null ? "from this moment on" : `from ${atWords(effectiveFrom)} on`;
  const asks = isWrittenLater
    ? "Every verifier that asks the authority refuses each token from when it is written."
    : `Every verifier that asks the authority refuses ${from}.`;
  if (last.at === null) return { at: null, isExact: last.isExact, says: asks };
  const alone = "An application that only checks signatures by itself accepts a JWT until it expires";
  const accepts = verb === "suspend" ? `${alone}, suspended or not` : alone;
  return { at: last.at.toISOString(), isExact: last.isExact, says: `${asks} ${accepts}.` };
}

/** Whether an order comes into force as its frozen selection is written. */
export function isByBatches({ order, wasPlaced }: { order: OrderRow; wasPlaced: boolean }): boolean {
  const { target, settledAt, size, standing } = order;
  return (
    wasPlaced &&
    target.kind === "selection" &&
    settledAt === null &&
    size !== null &&
    standing !== "scheduled"
  );
}

/** What an order by plan did, a sentence each. */
export function outcomeSentences(
  result: {
    order: OrderRow;
    orders: number;
    wasPlaced: boolean;
    reached: { tokens: number; isExact: boolean };
    remains: readonly Remaining[];
  },
  verb: PlannedVerb,
): string[] {
  if (!result.wasPlaced) return ["It was revoked before: nothing was changed."];
  const { order, reached } = result;
  const tokens = many({ value: reached.tokens, isExact: reached.isExact }, "live token", "live tokens");
  const did = verb === "revoke" ? "Revoked" : "Suspended";
  const sentences: string[] = [];
  if (order.standing === "scheduled")
    sentences.push(
      `Scheduled: ${tokens} and what is issued until then ${verb === "revoke" ? "are revoked" : "are suspended"} on ${atWords(order.effectiveFrom)}. It can be called off until five seconds before.`,
    );
  else if (isByBatches(result))
    sentences.push(`${did}, batch by batch: ${tokens} stop working as they are written.`);
  else if (reached.tokens === 0 && !reached.isExact)
    sentences.push(`${did}. How many tokens stopped working could not be counted in time.`);
  else sentences.push(`${did}. ${capital(tokens)} stopped working.`);
  if (result.orders > 1)
    sentences.push(`${plural(result.orders, "order was", "orders were")} placed, one a user.`);
  if (order.expiresAt !== null)
    sentences.push(
      `${reached.tokens === 1 && reached.isExact ? "It works" : "They work"} again on ${atWords(order.expiresAt)}.`,
    );
  return sentences;
}
