import type { Because } from "./journey.ts";
import type { Hears } from "./when-heard.ts";

/** Why a verifier refuses, in one sentence that holds no time. */
const REFUSES: Record<Because, string> = {
  asks: "Asks at each use: it refused from the first moment on.",
  asks_relaxed: "Asks at each use. Its answers are relaxed, and no more old enough to miss the order.",
  acknowledged: "Has the order.",
  must_ask: "Refuses it: what is opaque cannot be accepted without asking.",
  stale: "Hears nothing: it refuses everything until it does.",
  stale_registered:
    "Hears nothing, and never said how it behaves. Registered as strict: so it should refuse everything.",
  lenient: "Never said that it has the order. The last token is over.",
  ended:
    "Nothing of it runs, as far as is known. What ran had ended, or refused everything, before the order.",
  declared_ended:
    "Nothing of it runs, by an admin's word: its last process did not say itself that it ended before the order.",
  closed: "Its last process without the order said that it ended.",
  declared_closed:
    "Its last process without the order has ended, by an admin's word: the process did not say so itself.",
  lost: "A process of it was lost long before, and never said that it ended. The last token is over.",
  began: "What runs there began after the order, and with it.",
  disabled: "Is disabled and is told nothing: it refuses everything.",
  list: "Its status list is newer than the order.",
  list_lenient: "Never showed that it has a new status list. The last token is over.",
  signatures: "Never heard of the order. The last token is over.",
  never_asked: "Was never heard of. The last token is over.",
  never_connected: "Was never heard of. The last token is over.",
  expiry: "The last token is over.",
};

/** Why it can still accept what was taken back. */
const CAN_ACCEPT: Record<Because, string> = {
  asks: "Asks at each use: it refuses as soon as the order begins.",
  asks_relaxed: "Asks at each use. Its answers are relaxed: one can be 5 seconds old.",
  acknowledged: "Has the order, and begins with it by its own clock.",
  must_ask: "It has to ask: it refuses as soon as the order begins.",
  stale: "Has not said that it has the order. Strict: by then it has it, or refuses everything.",
  stale_registered:
    "Has not said that it has the order, nor how it behaves. Registered as strict: by then it should have it, or refuse everything.",
  lenient: "Has not said that it has the order. Lenient: without it, it accepts a token until it expires.",
  list: "Fetches status lists: by then none that it may hold is older than the order.",
  list_lenient: "Fetches status lists. Lenient: where it cannot, it accepts a token until it expires.",
  signatures: "Checks signatures alone: it accepts a token until it expires.",
  never_asked:
    "Has never asked here, so nobody knows how it checks: by signatures alone it accepts a token until it expires.",
  never_connected:
    "Its owner says that it follows the feed, but nothing of it is connected: it may accept a token until it expires.",
  ended: "Nothing of it runs, as far as is known.",
  declared_ended: "Nothing of it runs, by an admin's word.",
  closed: "Its last process without the order said that it ended.",
  declared_closed:
    "Its last process without the order has ended, by an admin's word: the process did not say so itself.",
  lost: "Lenient, and a process of it was lost long before the order and never said that it ended: if it runs, it accepts a token until it expires.",
  began: "What runs there began after the order, and with it.",
  disabled: "Is disabled and is told nothing any more. Strict: by then it refuses everything.",
  expiry: "Can accept the last token until it expires.",
};

/** The same of one process, while others of the verifier have the order. */
const ONE_REFUSES: Partial<Record<Because, string>> = {
  stale:
    "A process of it hears nothing: that one refuses everything until it does. The others have the order.",
  stale_registered:
    "A process of it hears nothing, and never said how it behaves. Registered as strict: so that one should refuse everything. The others have the order.",
  lenient: "A process of it never said that it has the order. The last token is over.",
};
const ONE_CAN_ACCEPT: Partial<Record<Because, string>> = {
  stale:
    "A process of it has not said that it has the order. Strict: by then it has it, or refuses everything.",
  stale_registered:
    "A process of it has not said that it has the order, nor how it behaves. Registered as strict: by then it should have it, or refuse everything.",
  lenient:
    "A process of it has not said that it has the order. Lenient: without it, it accepts a token until it expires.",
};

/** `isOne`: what it says is so of one process, and others of the verifier have the order. */
export function reachWords(because: Because, isOver: boolean, isOne = false): string {
  const one = isOne ? (isOver ? ONE_REFUSES : ONE_CAN_ACCEPT)[because] : undefined;
  return one ?? (isOver ? REFUSES[because] : CAN_ACCEPT[because]);
}

/** Of a verifier that is not known to refuse before the suspension is over, and what was suspended is good again. */
export function outlastedWords(because: Because, isOver: boolean): string {
  return isOver
    ? "It could accept it all along: the suspension was over before it was known to refuse."
    : `${CAN_ACCEPT[because]} The suspension ends before that.`;
}

const HEARD: Record<Hears, string> = {
  asks: "Asks at each use: it knew from the first moment on.",
  acknowledged: "Has the order.",
  not_acknowledged: "Has not said that it has the order: it goes by the one before.",
  list: "Its status list is newer than the order.",
  signatures: "Checks signatures alone: it heard of neither order, and accepted all along.",
};

/** Of an order that gives back or calls off: whoever has not heard goes on refusing, or begins with what was called off. */
export function heardWords(because: Hears, isOver: boolean): string {
  return because === "list" && !isOver ? CAN_ACCEPT.list : HEARD[because];
}

/** Of a verifier that reported a use which it should have refused by what is known of it. */
export function contradictedWords(verb: string, isOver: boolean): string {
  if (verb === "suspend")
    return isOver
      ? "Accepted it while it was suspended, after it should have refused. That is over."
      : "Accepted it while it is suspended, after it should have refused, by its own report: take it for one that accepts all along.";
  return isOver
    ? "Accepted it after it should have refused. The last token is over."
    : "Accepted it after it should have refused, by its own report: take it for one that accepts until the token expires.";
}
