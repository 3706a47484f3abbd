/** What the console's own words mean, in the order of a token's life. The protocol's words are the RFCs'. */
export const GLOSSARY = {
  token: {
    name: "Token",
    means:
      "What a program shows to an API to be let in. An access token works for minutes, a refresh token gets new ones.",
  },
  client: {
    name: "Client",
    means: "An application that gets tokens here: a website, an app, a device or a service.",
  },
  audience: {
    name: "Audience",
    means: "An application that accepts tokens. Each permission belongs to one audience.",
  },
  verifier: {
    name: "Verifier",
    means:
      "What checks tokens for an audience: an API or a gateway. It has a credential of its own and says what it let through.",
  },
  introspection: {
    name: "Introspection",
    means: "A verifier asks here about each token, and is told at once what was revoked.",
  },
  feed: {
    name: "Feed",
    means: "Revocations as they happen, for verifiers that decide by themselves.",
  },
  family: {
    name: "Family",
    means:
      "All tokens that came of one sign-in at one client, each refresh a generation. A refresh token that is used twice ends all of it.",
  },
  session: {
    name: "Session",
    means:
      "One sign-in of a person at the authority. Single sign-on opens several clients by it, and its end is theirs.",
  },
  order: {
    name: "Order",
    means:
      "One act of taking back: a token, a family, a user, a client or more. It says before whom it reaches, and afterwards whom it reached.",
  },
  suspension: {
    name: "Suspension",
    means: "Tokens are refused until a set time or until somebody restores them. A revocation is for good.",
  },
  cutoff: {
    name: "Cutoff",
    means: "An order by time: everything of a user, a client or all that was issued before it is refused.",
  },
  propagation: {
    name: "Propagation",
    means: "An order's way to every verifier, and until when one that has not heard can still accept.",
  },
  statusList: {
    name: "Status list",
    means:
      "A signed, compressed file of which tokens are revoked, for verifiers that know that standard alone.",
  },
  blastRadius: {
    name: "Blast radius",
    means: "What a leaked token opens, and what else hangs on it: its family, its user, its client.",
  },
  case: {
    name: "Case",
    means:
      "One incident from leak to report: what got out, what was done, who took it back, and the evidence.",
  },
  compromiseWindow: {
    name: "Compromise window",
    means: "From when a token counts as stolen. It parts every use into before, during and refused after.",
  },
  detection: {
    name: "Detection",
    means: "Something unusual that a rule found in how tokens are used, with what says so.",
  },
  seal: {
    name: "Seal",
    means:
      "The hash over all that was recorded within a second, made by whoever wrote it. A row that is edited later no longer fits it.",
  },
  checkpoint: {
    name: "Checkpoint",
    means:
      "One signature a minute over all seals so far, kept outside of the database too. It shows what was cut off.",
  },
  standbyKey: {
    name: "Standby key",
    means: "A signing key that is published before it signs, so that everybody has it by then.",
  },
  stepUp: {
    name: "Step-up",
    means:
      "Showing again who you are before a dangerous act, by passkey, code or provider. It is good for ten minutes and acts of one kind; what wants two people asks each time.",
  },
  fourEyes: {
    name: "Four eyes",
    means: "An act waits until a second person has seen exactly what it would do, and approved it.",
  },
  breakGlass: {
    name: "Break-glass",
    means:
      "Doing without a second person, or coming in without the provider, in an emergency. Every owner is told.",
  },
} as const;

export type GlossaryWord = keyof typeof GLOSSARY;
