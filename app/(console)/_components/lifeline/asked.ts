import { tokenUsesTable } from "#lib/audit/table.ts";
import type { TimeValue } from "#lib/list-query/define-table.ts";
import { formatTime } from "#lib/list-query/filter-value.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { parseWindow, type WindowParam } from "../window-param.ts";

/** What the address of a page says of the time looked at, and of where it is split. */
export type AskedLifeline = { at: TimeValue | undefined; window: WindowParam };

/** What is no time and no window is forgiven. */
export function parseAsked(params: { [name: string]: string | string[] | undefined }): AskedLifeline {
  const { at } = params;
  const { query } = parseListQuery(tokenUsesTable, at === undefined ? {} : { at });
  return { at: query.filters.at, window: parseWindow(params.window) };
}

/** The same as an address has it. */
export function askedParams({ at, window }: AskedLifeline): Record<string, string> {
  return {
    ...(at === undefined ? {} : { at: formatTime(at) }),
    ...(window === null ? {} : { window: window === "suggested" ? window : window.toISOString() }),
  };
}

/** The time that lists and maps beside a lifeline look at. */
export function timeOf({ at }: AskedLifeline): string {
  return at === undefined ? "within:90d" : formatTime(at);
}
