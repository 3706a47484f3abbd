const UNCHANGED = "Nothing was changed.";

/** What became of it, where why it was refused does not say so itself. Empty: it does. */
export function outcomeWords(why: string, outcome: string = UNCHANGED): string {
  return outcome === UNCHANGED && /\bNothing was changed[.:]/.test(why) ? "" : outcome;
}
