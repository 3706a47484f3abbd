/** Texts of the Audit area. */
export const auditWords = {
  title: "Audit",
  purpose: "Every use of a token and every act of an admin. Nothing here can be changed or taken out.",
  uses: "Token use",
  acts: "Admin acts",
  histogram: "Token uses over time",
  record: "On record",
  emptyUses: "No token was used yet",
  emptyUsesText:
    "Uses appear here within a second: issue a token with a client, then have a verifier check it.",
  emptyActs: "No act yet",
  emptyActsText: "Everything that admins and API tokens change or are refused appears here.",
  note: "On record before it is answered, except by relaxed verifiers: within a second.",
};
