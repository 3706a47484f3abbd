/** Where a text stops being JSON; `isCut` where it only ends too soon. Lines and columns are counted from 1. */
export type JsonBreak = { line: number; column: number; isCut: boolean };

const AT = /\bat position (\d+)/;

/** How far a text was read as JSON: its whole length where it could go on, null where the engine names no place. */
function placeIn(text: string): number | null {
  try {
    JSON.parse(text);
    return text.length;
  } catch (error) {
    const { message } = error as SyntaxError;
    const at = AT.exec(message)?.[1];
    if (at !== undefined) return Number(at);
    return message.startsWith("Unexpected end") ? text.length : null;
  }
}

/** The longest beginning that could go on: the engine names no place for a character that it does not expect, but quotes the text around it. */
function longestBeginning(text: string): number {
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (placeIn(text.slice(0, middle)) === middle) good = middle;
    else bad = middle;
  }
  return good;
}

/**
 * Finds where a text stops being JSON. The engine's own words are not repeated: they quote the text, which may hold a secret.
 *
 * @param text what `JSON.parse` has refused.
 */
export function whereJsonBreaks(text: string): JsonBreak {
  const at = placeIn(text) ?? longestBeginning(text);
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, isCut: at >= text.length };
}
