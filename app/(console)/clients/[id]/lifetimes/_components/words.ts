/** Texts of a client's lifetimes and their explanation. */
export const clientLifetimesWords = {
  title: "Lifetimes",
  purpose: "How long what this client is given lives, which setting decides it, and when a sign-in ends.",
  clients: "Clients",
  scale: "On one scale",
  scaleHelp: "Draw a knob, move it with the arrow keys, or type a span.",
  save: "Save lifetimes",
  saved: "Saved. New tokens follow it.",
  unchanged: "Nothing is changed yet.",
  note: "Before it is saved you are told which tokens that are out outlive it.",
  outliving: "Find tokens that outlive these",
  outlivingNone: "No live token outlives the present limits.",
  outlivingEnded: "Done: they end by the present limits.",
  explain: "Explain",
  explainHelp:
    "For whom: settings are the organisation's, the client's and the audiences'; users have none of their own.",
  audience: "Audience",
  allAudiences: "All of its audiences at once",
  user: "User",
  userHelp: "E-mail or name",
  nobody: "Nobody is found",
  ifNow: "If they sign in now",
  ifIssued: "A token that is issued now",
  live: (email: string) => `Sign-ins of ${email} that live`,
  noneLive: "This user has no live token of this client.",
  signedIn: "Signed in",
  access: "Access token ends",
  refresh: "Refresh token ends, unused",
  unused: "All of it ends, if nobody renews it",
  latest: "All of it ends at the latest",
  signOn: "Asked to sign in again here from",
  signOnLive: "Sign-on at the authority ends, unused",
  endedBy: "Ended by an order to come",
  suspended: "suspended now",
  chain: "Which setting wins",
  setting: "Lifetime",
  asked: "Asked, in order",
} as const;

export const OUTCOME_WORDS = {
  wins: "wins",
  limits: "holds it",
  overruled: "overruled",
  within: "within",
  unset: "not set",
} as const;

export const AS_WORDS = { default: "", least: "at least ", most: "at most " } as const;
