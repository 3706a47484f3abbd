import { groupedNumber } from "#components/display/number-text.tsx";

/** Texts of the four-eyes settings. */
export const policyWords = {
  title: "Four eyes",
  purpose: "Which acts want a second person before they are done. Suspending never waits.",
  on: "On: what is chosen below waits for a second person.",
  off: "Off: nothing is chosen, and nobody waits.",
  offAlone: (owners: number) =>
    owners === 0
      ? "Off: no owner can sign in."
      : "Off until there are two owners who can sign in: one alone could approve nothing. Invite another owner under Admins.",
  state: "State",
  kinds: "Acts",
  kindsHelp:
    "As soon as anything is chosen, admins and roles, API tokens, sign-in settings and this very policy want two people too: one alone could make the second, or turn it off.",
  always: "counts as soon as anything does",
  bulk: "Wide revocations",
  bulkHelp:
    "So many tokens one person may revoke alone within 24 hours, all their orders together, those of their API tokens too. Revoking everything always wants two.",
  bulkLabel: "Tokens within 24 hours",
  never: "What never waits",
  neverText:
    "Suspending, however wide. Revoking a token, a family, a session or a user. Ending sessions of admins, revoking an API token, disabling a user or an admin who is no owner. Restores.",
  emergency:
    "In an emergency an owner does it without a second person (break-glass): every other owner is alarmed, and one of them must review it.",
  save: "Save",
  saved: "Saved.",
  unchanged: "Nothing has changed.",
  readOnly: "Owners change it.",
  owners: ({ owners, ownersIn }: { owners: number; ownersIn: number }) => {
    const all = `${groupedNumber(owners)} ${owners === 1 ? "owner" : "owners"}`;
    return owners === ownersIn
      ? `${all} can sign in.`
      : `${groupedNumber(ownersIn)} of ${all} can sign in now.`;
  },
  cannotApprove: (ownersIn: number) =>
    `${ownersIn === 0 ? "No owner" : "Only one owner"} can sign in now: nothing can be approved, and nothing that was done without a second person reviewed, until another can. The others' providers let them go or are disabled, or sign-in without a provider is off: see Admins, and Settings, Sign-in. Four eyes stays on meanwhile.`,
};
