/** Texts of what a shorter lifetime does to tokens that are out. */
export const shortenWords = {
  title: "Tokens outlive the new limits",
  titleNow: "Tokens that outlive the present limits",
  leave: "Leave them as they were issued",
  shorten: "End them by their new limits",
  ends: "When they end",
  tokens: "Tokens",
  at: "End, your time",
  atOnce: "at once",
  asSaved: "as this is saved",
  noneLeft: "None of them is left to be ended. Leave them, and save.",
  confirm: (text: string) => `Type ${text} to confirm`,
  owner: "So many at once need an owner.",
  back: "Back",
  saveAlone: "Save, leave them",
  saveAndShorten: (tokens: number) =>
    `Save and end ${tokens.toLocaleString("en")} ${tokens === 1 ? "token" : "tokens"}`,
  endThem: (tokens: number) => `End ${tokens.toLocaleString("en")} ${tokens === 1 ? "token" : "tokens"}`,
  late: "Tokens that are issued until every authority has heard of the change, about a second, keep the old lifetime.",
};
