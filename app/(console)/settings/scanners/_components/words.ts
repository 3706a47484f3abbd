import type { ScannerAction } from "#lib/scanners/model.ts";
import { SCANNER_ACTION_WORDS } from "#lib/scanners/model.ts";

export const scannerWords = {
  title: "Scanners",
  purpose: "Secret scanners that report leaked tokens here, and what is done at each.",
  one: "Scanner",
  about: "What it reports is taken back as its policy says, and put into a case.",
  none: "No scanner reports here yet",
  noneText:
    "Let your secret scanning post what it finds: a leaked token is then suspended or revoked within a second, with a case opened on it.",
  newScanner: "Let a scanner in",
  editScanner: "Change the scanner",
  add: "Let it in",
  save: "Save",
  saved: "The scanner is changed.",
  who: "Who reports",
  whoHelp: "Each scanner has a secret of its own, shown once, and its own policy.",
  name: "Name",
  nameHelp: "As it stands in the audit log and in cases.",
  policy: "Policy",
  policyHelp:
    "What is done at once with a live token whose very value is reported; a refresh token goes with its family. Nothing wider is ever taken back, and nothing for a value that only bears a token's id.",
  action: "At a live token",
  hours: "Hours",
  state: "State",
  reports: "Reports",
  reportsWords: (count: number) => (count === 1 ? "one report" : `${count} reports`),
  values: "Values",
  unknown: "Nothing of ours",
  last: "Last report",
  created: "Let in",
  changed: "Changed",
  id: "Id",
  secret: "The scanner's secret",
  secretHelp: "It is shown this one time. Give it to the scanner as its Bearer token.",
  done: "I have kept it",
  made: "The scanner may report now",
  open: "Open the scanner",
  how: "How it reports",
  howText:
    "Its secret comes from a variable: read -rs SCANNER_SECRET takes it without showing it. It posts an array of at most 100 objects with token, type, url and source, as GitHub's secret scanning sends them to its partners. The answer is 202 whatever the values are: it tells nobody which tokens live. The same report may come again and changes nothing.",
  edit: "Edit",
  rotate: "New secret…",
  rotateTitle: (name: string) => `New secret for ${name}`,
  rotateText: "The scanner gets a new secret, shown once.",
  overlap: "The secrets that are there now go on working",
  rotateAct: "Make the secret",
  cancel: "Cancel",
  noSecrets: "It has no secret: its reports are refused until it gets one.",
  endOnly: "It is the only one: reports are refused until there is another.",
  endOne: "What uses it is refused from now on. The others go on.",
  stop: "Stop…",
  stopTitle: (name: string) => `Stop ${name}?`,
  stopText:
    "Its reports are refused until it is let in again. What it has reported stays, with its cases and orders.",
  stopAct: "Stop it",
  start: "Let in again",
  switched: (name: string, isOn: boolean) => `${name} is ${isOn ? "let in again" : "stopped"}.`,
  recent: "What it reported",
  noReports: "Nothing has come yet.",
  found: "Found",
  case: "Case",
  received: "Received",
  toCome: "being opened",
  noCase: "none",
  nothingOurs: (values: number) =>
    values === 1 ? "1 value, nothing of ours" : `${values} values, nothing of ours`,
  alsoUnknown: (unknown: number) =>
    `and ${unknown} more that ${unknown === 1 ? "is" : "are"} nothing of ours`,
  timesWords: (times: number) => (times === 1 ? null : `${times} times`),
};

/** "Suspend for 24 hours". */
export function policyWords({ action, hours }: { action: ScannerAction; hours: number | null }): string {
  if (action === "suspend") return `Suspend for ${hours} ${hours === 1 ? "hour" : "hours"}`;
  return SCANNER_ACTION_WORDS[action].name;
}
