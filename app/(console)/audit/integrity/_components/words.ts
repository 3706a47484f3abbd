import type { CheckState } from "#lib/evidence-checks/model.ts";

/** Texts of the integrity of the evidence. */
export const integrityWords = {
  coverage: "What is covered",
  coverageHelp:
    "Each row is hashed as it is written, sealed within about a second and under a signed checkpoint within about a minute.",
  verify: "Verify a span",
  verifyHelp:
    "A worker reads every row, act, seal and checkpoint of the span and holds them against each other. What it finds is kept, and on record.",
  from: "From",
  until: "Until",
  start: "Verify",
  started: "The verification has begun.",
  mayNot: "Owners, responders and auditors verify a span.",
  past: "Verifications",
  none: "Nothing was verified here yet.",
  kept: "What somebody keeps elsewhere is compared on the machine:",
  command: "npx tokenwarden audit verify --checkpoints FILE",
  result: "Result and span",
  found: "What was found",
  zone: (zone: string) => `Times are of ${zone}, where this browser is.`,
  means: {
    held: "Signed checkpoints that the worker keeps outside of the database: each says the same as the database.",
    uncovered:
      "They were sealed after the last signed checkpoint before the verification. One is signed about every minute: verify the span again then.",
    unsealed:
      "They were written within the last second or two before it was read. Uses are sealed within about a second, those of a process that died within about two minutes: verify the span again then.",
    before:
      "They were written by a version that did not seal yet: that they are as they were written, nothing proves.",
  },
  states: {
    waiting: "Waits for a worker",
    running: "Under way",
    held: "Holds",
    empty: "Nothing is on record in this time",
    broken: "Does not hold",
    cancelled: "Cancelled",
    failed: "Failed",
  } satisfies Record<CheckState, string>,
};

/** What a chain is called: the acts', the checkpoints', or a writer's. */
export function chainWords(chain: string): string {
  if (chain === "admin") return "Acts";
  return chain === "checkpoints" ? "Checkpoints" : "Writer";
}
