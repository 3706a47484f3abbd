/** Texts of the page that is shown while a restore waits to be confirmed. */
export const restoredWords = {
  title: "The database is older than it was",
  lead: "Nothing is served: every authority answers 503, and this console shows this page alone.",
  found:
    "The checkpoints that are kept outside of the database go on from where it ends. Either somebody restored an older dump, or the database was rewritten.",
  kept: "Kept outside",
  has: "The database has",
  none: "None of the checkpoints that are kept outside: it may be another database",
  lost: "Lost",
  lostRest:
    "and every token, revocation, use, user and setting of that time. Acts of after the last checkpoint are not counted.",
  back: "Back again",
  erased:
    "Who was erased since the dump is back, with all that was erased of them; nothing here says who that was. Erase them again.",
  choose: "Tokens from before",
  revoke: "Revoke all tokens that were issued until now",
  revokeHelp:
    "Which of them had been revoked since the dump is not known. Services get new ones at once, people sign in again.",
  keep: "Let them go on",
  keepHelp: "Every token that was revoked after the dump works again.",
  type: (word: string) => `Type “${word}” to confirm`,
  confirm: "Confirm, and serve again",
  onlyOwner: "An owner confirms it here, or whoever runs the machine does:",
  command: "npx tokenwarden restore confirm",
  notYours:
    "If nobody restored it: do not confirm. Keep the database and the file of checkpoints as they are, and compare them with npx tokenwarden audit verify.",
  done: "Confirmed. The authorities serve again within seconds.",
  onward: "Go to the overview",
};
