/** What is counted anew each time, and says nothing of what is done. */
export const COUNTED: ReadonlySet<string> = new Set([
  "liveTokens",
  "liveTokensIsExact",
  "endedSessions",
  "stoppedApiTokens",
  "undelivered",
]);
/** A number that what is done may stay below: fewer is within what was seen, and so is one that was not counted yet when it was asked for; more is not. Of acts that have one fingerprint together it is compared as it is. */
export const AT_MOST: ReadonlySet<string> = new Set(["apiTokens"]);
/** The end of a secret that is made anew each time. */
export const MADE: ReadonlySet<string> = new Set(["hint", "secretHint"]);
/** An instant as the log writes it. */
export const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;
