/** Texts of the Leak desk. */
const OWN_STANDS = {
  works: "works",
  held: "is refused for now, and not ended",
  ended: "does not work any more",
};

export const leakWords = {
  title: "Leak desk",
  purpose: "Paste what leaked. It is recognised and hashed in this browser: no value leaves it.",
  field: "What leaked",
  hint: "Tokens (JWT or opaque), secrets of clients, verifiers and scanners, API tokens, jtis, SHA-256 hashes, log lines, HTTP, git, npm or Docker credentials, or a secret scanner's findings; up to 10,000.",
  placeholder: "Paste here",
  look: "Look up",
  open: "Open a case",
  openAnother: "Open another case",
  addRestOf: (number: number) => `Add the rest to case ${number}`,
  stoppedAt: ({ number, added, of }: { number: number; added: number; of: number }) =>
    `Case ${number} is open with ${added.toLocaleString("en")} of ${of.toLocaleString("en")} of what was found; the rest is missing yet.`,
  addToCase: (number: number, rest: string) => `Add ${rest} to case ${number}`,
  addRest: (rest: string, isOne: boolean) => `the other ${isOne ? rest.replace(/^1 /, "") : rest}`,
  notAdded: "Not everything could be added",
  toCase: (number: number) => `Open case ${number}`,
  inCases: (cases: number, hasAll: boolean) =>
    cases > 1
      ? `${cases} cases have of it already`
      : hasAll
        ? "A case has it already"
        : "A case has some of it already",
  allInCase: "All that is on record of it is in it.",
  partInCase: (held: number, of: number) =>
    `${held.toLocaleString("en")} of ${of.toLocaleString("en")} of it.`,
  again: "Paste something else",
  lookAgain: "Look up again",
  pasteKept: (values: string) =>
    `What was pasted (${values}, as ids and hashes, no token) stays in this page until you leave it.`,
  pasteGone: "Nothing was sent. Tokens are kept nowhere: paste it again.",
  noToken: "No token stands in that",
  noTokenText:
    "Neither a JWT, an opaque token or a secret of this authority, a jti nor a SHA-256 was seen. Nothing was sent anywhere.",
  secret:
    "A set-up link, a secret of a signal receiver, or a piece of a secret stands in it. Those are not looked up: replace it where it was made.",
  own: (name: string, hint: string, stands: "works" | "held" | "ended") =>
    `${name} (…${hint}) ${OWN_STANDS[stands]}`.replace(/^./, (first) => first.toUpperCase()),
  ownWorks: "It is a secret of this product: whoever has it is let in.",
  ownHeld:
    "It is a secret of this product, refused now only because whose it is is disabled or cannot sign in: it works again when that ends.",
  ownFirst: "Make a new one first where its service needs it, and bring it there.",
  ownEnded: "It is a secret of this product, and opens nothing. What it was used for is in the audit log.",
  ownUntil: "It ends by itself at",
  endOwn: (end: string) => `${end} on its page`,
  toOwn: "Open its page",
  notYours: (end: string) => `Your role does not show its page: ask an owner. ${end} there.`,
  ownCase: "In a case already:",
  ownNoCase:
    "No case is opened here on a secret of this product: it is ended on its page. A scanner's report of it opens one.",
  ownBeside: "Of the secrets of this product none comes into it: each is ended on its page.",
  moreOwn: (more: string) => `And ${more} more of this product.`,
  nothing:
    "None of it is on record as it was pasted, so there is nothing to contain and no case to open. If it should be ours, look for the whole value: it may be cut or mistyped. A secret of a verifier or scanner that was ended is on no record either.",
  ownWorksTag: "works",
  ownHeldTag: "refused for now",
  ownEndedTag: "ended",
  secretWorks: "gets tokens",
  secretHeld: "gets none while its client is disabled",
  secretEnded: "gets no tokens",
  secretOf: "secret of",
  secretOpens: (what: string, isEnough: boolean) =>
    `${what}${isEnough ? "; whoever has it needs nothing more" : "; only with a person's sign-in"}`,
  opensNothing: "no permission and no audience by itself",
  differs: (id: string) =>
    `A value names token ${id} but is another value: cut, changed, or made up around its id. Treat it as leaked unless you know better.`,
  differ: (count: string) =>
    `${count} tokens are named by other values: cut, changed, or made up around their ids. Treat them as leaked unless you know better.`,
  allLines: (lines: string) => `All ${lines} lines of the paste`,
  linesTable: "Lines of the paste",
  andMore: (lines: string, more: string) => `${lines} and ${more} more`,
  ofIssuer: (lines: string, issuer: string) => `${lines} of ${issuer}, as they say`,
  ofOthers: (lines: string) => `${lines} of others`,
  ofNobody: (lines: string) => `${lines} that name no issuer`,
  cut: "There were more than 10,000 values: the first 10,000 were looked at. Paste the rest after.",
};

export const FOUND_WORDS = {
  live: { name: "Ours and live", means: "It works now, or will." },
  suspended: {
    name: "Ours and suspended",
    means:
      "It is refused now, and works again when it is restored, its suspension ends, its client, verifier or scanner is enabled, or whoever made it can sign in again.",
  },
  ended: { name: "Ours and ended", means: "Revoked, used up or expired: it is refused." },
  differs: {
    name: "Ours, cut or changed",
    means:
      "It names a token of ours, but is another value: cut, changed, or made up. Treat the token as leaked unless you know better.",
  },
  left: { name: "Ours, long expired", means: "Its week has left the register; its uses are in the log." },
  foreign: {
    name: "Not on record",
    means:
      "Nothing on record has its id or hash: issued by somebody else, cut, mistyped, or forged; or a secret of a verifier or scanner that was ended. Of a token that was cut before its id nobody can tell.",
  },
} as const;

/** Lines of a paste in which nothing stands for the first time. */
export const OTHER_LINE_WORDS = {
  again: { name: "The same as in a line above", means: "What stands in it was met before, and counts once." },
  part: { name: "The rest of a value above", means: "A value is broken over lines, or base64 is." },
  left: { name: "Not looked at", means: "More than 10,000 values: paste these lines after." },
  secret: {
    name: "A secret that is not looked up",
    means: "A set-up link, of a signal receiver, or a piece of one: replace it where it was made.",
  },
  nothing: {
    name: "No token, id or hash",
    means: "Neither a JWT, an opaque token or a secret of this authority, a jti nor a SHA-256.",
  },
  blank: { name: "Empty", means: "Nothing stands in it." },
} as const;
