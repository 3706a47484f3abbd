/** Texts of the propagation board. */
export const journeyWords = {
  title: "Propagation",
  wholeBoard: "All verifiers",
  verifier: "Verifier",
  journey: "Time since the commit",
  now: "now",
  standing: "Where it stands",
  table: "Verifiers and where the order has come",
  noneTitle: "No verifier to reach",
  none: "No registered verifier answers for the audiences of the tokens that this order reaches.",
  showAll: (count: number) => `Show all ${count} verifiers`,
  noMatch: "No verifier matches. Choose another state or audience.",
  refuses: "refuses",
  knows: "knows of it",
  canAccept: "can accept",
  unaware: "has not heard",
  acceptedAt: "accepted it at",
  afterRefusal: "after it should refuse",
  until: "until",
  since: "since",
  says: "says",
  seen: "seen",
  ofInstances: (acknowledged: number, count: number) =>
    `${acknowledged} of ${count} ${count === 1 ? "instance" : "instances"} acknowledged`,
  everywhere: (count: number) =>
    count === 1 ? "The verifier refuses it" : `All ${count} verifiers refuse it`,
  everywhereKnown: (count: number) =>
    count === 1 ? "The verifier knows of it" : `All ${count} verifiers know of it`,
  someAccept: (open: number, count: number) =>
    `${open} of ${count} ${count === 1 ? "verifier" : "verifiers"} can still accept it`,
  someUnaware: (open: number, count: number) =>
    `${open} of ${count} ${count === 1 ? "verifier has" : "verifiers have"} not said that they know of it`,
  lastUntil: "the last until",
  afterMs: (ms: number) =>
    ms < 1_000
      ? `${Math.max(0, Math.round(ms))} ms`
      : ms < 10_000
        ? `${(ms / 1_000).toFixed(1)} s`
        : durationShort(ms),
  inexact:
    "What it reaches takes too long to find out: every verifier is shown, and the longest lifetime stands for that of its tokens.",
  unbegun:
    "Until it begins, further tokens are issued that it will reach, for whichever audience: every verifier is shown, and the longest lifetime stands for that of its tokens.",
  disabled: "disabled",
  former: (names: readonly string[]) => `no longer answers for ${names.join(", ")}`,
  scheduled: "It begins",
  called: "This order was called off: nothing is taken back by it.",
  over: "The suspension is over: its tokens work again",
  refused: "refused",
  couldAccept: "could accept",
  from: "from",
  whileItHeld: (refused: number, count: number) =>
    `While it held, ${refused} of ${count} ${count === 1 ? "verifier" : "verifiers"} refused them.`,
  legendCould: "could accept",
  legendRefused: "refused",
  legendAccept: "could accept, or still can",
  legendUnaware: "may not know of it yet",
  legendKnows: "knows of it from here on",
  legendAcknowledged: "acknowledged",
  legendRefuses: "refuses from here on",
};

function durationShort(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}
