import { parseInstant } from "#lib/list-query/filter-value.ts";

/** What a page's address says of the window: as the log suggests, from an instant on, or nothing. What is neither is forgiven. */
export type WindowParam = "suggested" | Date | null;

export function parseWindow(text: string | string[] | undefined): WindowParam {
  if (typeof text !== "string") return null;
  if (text === "suggested") return text;
  const at = parseInstant(text);
  return at === null ? null : new Date(at);
}
