import { groupedNumber } from "#components/display/number-text.tsx";
import {
  IMPORT_FILE_BYTES,
  IMPORT_ROWS_MAX,
  type ImportDetail,
  type ImportKind,
  type ImportOutcome,
} from "#lib/people-imports/model.ts";

const SIZE = `${IMPORT_FILE_BYTES / 1024 / 1024} MiB`;

const counted = (count: number, one: string, more: string) =>
  `${groupedNumber(count)} ${count === 1 ? one : more}`;

const NOUNS: Record<ImportKind, { one: string; more: string; thing: [string, string]; ofTokens: string }> = {
  users: {
    one: "user",
    more: "users",
    thing: ["membership", "memberships"],
    ofTokens:
      "Access tokens that they hold keep what they carry until they expire; each refresh looks again and never widens. To end them now, revoke the tokens of the user or of the group.",
  },
  groups: {
    one: "group",
    more: "groups",
    thing: ["permission", "permissions"],
    ofTokens:
      "Access tokens of their members keep what they carry until they expire; each refresh looks again and never widens. To end them now, revoke the tokens of the group or with the permission.",
  },
};

export const OUTCOME_NAMES: Record<ImportOutcome, string> = {
  created: "Created",
  changed: "Changed",
  unchanged: "Unchanged",
  refused: "Refused",
};

/** Texts of importing users and groups. */
export const importWords = {
  title: { users: "Import users", groups: "Import groups" },
  purpose: {
    users: "Brings a CSV file of users and their groups. Nothing changes before you have seen what it does.",
    groups:
      "Brings a CSV file of groups and their permissions. Nothing changes before you have seen what it does.",
  },
  list: { users: "Users", groups: "Groups" },
  onlyApplied: "Your role brings no files. Those that were applied are in the log of admin acts.",
  chooseTitle: "Choose a file",
  fileLabel: "CSV file",
  columns: {
    users: [
      ["email", "the sign-in name; who is there already is changed, everybody else is created"],
      ["name", "needed for new users"],
      ["groups", "names with semicolons between them: all groups of the user, the others are taken away"],
    ],
    groups: [
      ["name", "a group that is there already is changed, every other is created"],
      ["description", "optional"],
      [
        "permissions",
        "names with spaces or semicolons between them: all that the group gives, others are taken away",
      ],
    ],
  } satisfies Record<ImportKind, [string, string][]>,
  columnsHelp:
    "The first line names the columns, in any order. A column that is left out changes nothing; other columns are passed over. An export of the list can be brought back as it is. Passwords are never imported.",
  limits: `UTF-8, ${SIZE} and ${groupedNumber(IMPORT_ROWS_MAX)} rows at most.`,
  tooLarge: `The file is larger than ${SIZE}. Split it, and bring the pieces one after the other.`,
  empty: "The file is empty.",
  compare: "Compare with the register",
  uploading: (done: number, all: number) => `Sending, ${done} of ${all} parts`,
  comparing: "Reading and comparing",
  another: "Bring another file",
  apply: (changes: number) => `Apply ${counted(changes, "change", "changes")}`,
  nothing: "Nothing to apply: everything is so already.",
  applyTitle: (fileName: string) => `Apply ${fileName}?`,
  applyAct: "Apply",
  applied: (fileName: string) => `${fileName} is applied.`,
  passedOver: (columns: string[]) => `Passed over: ${columns.join(", ")}.`,
  does: "What applying it does",
  did: "What it did",
  brought: "brought",
  by: "by",
  rows: "Rows",
  noRows: "No row of this kind.",
  more: "Next rows",
  first: "First rows",
  all: "All",
};

/** What applying does, in sentences; "would" until it was done. */
export function effectsOf({ kind, summary, state }: ImportDetail): string[] {
  if (summary === null) return [];
  const { one, more, thing, ofTokens } = NOUNS[kind];
  const isDone = state === "applied";
  const verb = (count: number, done: string, todo: string) =>
    isDone ? `${count === 1 ? "was" : "were"} ${done}` : `${count === 1 ? "is" : "are"} ${todo}`;
  const lines = [
    `${counted(summary.created, one, more)} ${verb(summary.created, "created", "created")}, ${groupedNumber(summary.changed)} changed; ${groupedNumber(summary.unchanged)} ${summary.unchanged === 1 ? "was" : "were"} so already.`,
  ];
  if (summary.added + summary.removed > 0)
    lines.push(
      `${counted(summary.added, thing[0], thing[1])} added, ${groupedNumber(summary.removed)} taken away from ${counted(summary.losing, one, more)}.`,
    );
  if (summary.removed > 0) lines.push(ofTokens);
  if (summary.refused > 0)
    lines.push(
      `${counted(summary.refused, "row is", "rows are")} refused and left out; the reasons stand beside them.`,
    );
  return lines;
}
