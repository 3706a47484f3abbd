/** Texts of the register's retention. */
export const retentionWords = {
  title: "Retention",
  tokensTab: "Expired tokens",
  logTab: "Uses and acts",
  purpose: "How long expired tokens stay in the register, what that costs, and what has left it.",
  days: "Expired tokens stay",
  field: "Kept after expiry",
  daysHelp:
    "A week of issue leaves the register as a whole, once the last of its tokens has been expired for so long. One long-lived token keeps its week.",
  save: "Save",
  unchanged: "Nothing is changed yet.",
  readOnly: "Only owners change it: what has left does not come back.",
  saved: "Saved.",
  range: "Must be a whole number of days from 7 to 3,650",
  next: "Next run",
  cost: "What it costs",
  weeks: "Weeks in the register",
  left: "What has left",
  nothingLeft: "Nothing has left the register yet.",
  stays: "What stays, and what goes",
};

/** "1 week", "12 weeks". */
export function counted(
  count: number,
  one: string,
  many: string,
  grouped: (value: number) => string,
): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
