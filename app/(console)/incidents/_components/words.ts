/** Texts of the cases and the Leak desk. */
export const incidentWords = {
  title: "Cases",
  one: "Case",
  purpose: "Incidents from leak to report: what got out, what was done with it, who took it back.",
  emptyTitle: "No case yet",
  emptyText: "Paste what leaked at the Leak desk, or open a case from the page of a token or user.",
  toDesk: "To the Leak desk",
  open: "Open a case",
  edit: "Edit…",
  pack: "Evidence pack",
  packHelp: "Printable, holds its JSON, and no value of any token. Each export is on record.",
  window: "Compromised from",
  setWindow: "Set…",
  suggested: "Suggested",
  setByHand: "Set by hand",
  done: "Mark done",
  reopen: "Reopen",
  noMail: "No e-mail leaves this console yet: tell the owner yourself, and write down here that you did.",
  newSecret: "New secret…",
  endUser: "End sessions and tokens…",
  closeCase: "Close the case",
  openAgain: "Open it again",
  unsure: "Not sure? Choose Suspend: it can be given back. What is revoked stays so.",
  note: "Note",
  addNote: "Add note",
  notePlaceholder: "What you saw, did or decided. No tokens: they are refused here.",
  mark: "Mark",
  stale: "Somebody else changed the case",
};

export const leakWords = {
  title: "Leak desk",
  purpose: "Paste what leaked. It is recognised and hashed in this browser: no value leaves it.",
  field: "What leaked",
  hint: "Tokens (JWT or opaque), jtis, SHA-256 hashes, log lines, or a secret scanner's findings; up to 10,000.",
  placeholder: "Paste here",
  look: "Look up",
  again: "Paste something else",
  noToken: "No token stands in that",
  noTokenText:
    "Neither a JWT, an opaque token of this authority, a jti nor a SHA-256 was seen. Nothing was sent anywhere.",
  secret:
    "A secret of a client, verifier or API token stands in it. Secrets are not looked up: rotate it at its own page.",
  cut: "There were more than 10,000 values: the first 10,000 were looked at. Paste the rest after.",
};

export const FOUND_WORDS = {
  live: { name: "Ours and live", means: "It works now, or will again." },
  ended: { name: "Ours and ended", means: "Revoked, used up or expired: it is refused." },
  differs: { name: "Ours, but rewritten", means: "The id is on record with another value." },
  left: { name: "Ours, long expired", means: "Its week has left the register; its uses are in the log." },
  foreign: { name: "Not ours", means: "Nothing on record has its id or hash." },
} as const;
