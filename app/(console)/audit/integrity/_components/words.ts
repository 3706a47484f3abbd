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
  states: {
    waiting: "Waits for a worker",
    running: "Under way",
    held: "Holds",
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
