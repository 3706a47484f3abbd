/** Texts of the Audit area. */
export const auditWords = {
  title: "Audit",
  purpose:
    "Every use of a token and every act of an admin. Nothing here can be changed, and nothing leaves before its time.",
  integrity: "Integrity",
  sealedUntil: "Sealed up to",
  notSealed: "No use is sealed yet",
  lastCheckpoint: "last signed checkpoint",
  noCheckpoint: "no checkpoint is signed yet",
  overdue: "overdue: look at the worker's log",
  sealHint:
    "Each writer seals what it wrote about once a second; a checkpoint over all seals is signed every minute.",
  checkpointHint: "Verify with npx tokenwarden audit verify, against checkpoints that are kept elsewhere.",
  uses: "Token use",
  acts: "Admin acts",
  refused: "Refused without a token",
  purposeRefused:
    "Requests without a token, values that are no token of ours, and secrets that are nobody's: counted by asker, address and minute, never one by one.",
  nobody: "nobody we know",
  manyAddresses: "many or unknown",
  emptyRefused: "Nothing of the kind",
  emptyRefusedText:
    "Garbage, forgeries, wrong secrets and requests without a bearer token appear here within seconds. What was refused of a real token stands under Token use.",
  noteRefused: "Counted within two seconds.",
  histogram: "Token uses over time",
  range: "Time range",
  anyTime: "Any time",
  record: "On record",
  emptyUses: "No token was used yet",
  emptyUsesText:
    "Uses appear here within a second: issue a token with a client, then have a verifier check it.",
  emptyActs: "No act yet",
  emptyActsText: "Everything that admins and API tokens change or are refused appears here.",
  note: "On record before it is answered, except by relaxed verifiers: within a second.",
};

/** The usual ranges of the log, the widest as wide as its chart counts. */
export const RANGES = [
  { seconds: 3_600, word: "1 hour" },
  { seconds: 86_400, word: "24 hours" },
  { seconds: 7 * 86_400, word: "7 days" },
  { seconds: 30 * 86_400, word: "30 days" },
  { seconds: 90 * 86_400, word: "90 days" },
] as const;
