import { durationWords } from "#components/display/duration.ts";
import type { TimeValue } from "#lib/list-query/define-table.ts";
import { RANGES, auditWords as words } from "./words.ts";

/** Pixels: the log's own rows are what its page is for. */
export const CHART_HEIGHT = 60;

const WIDEST_SECONDS = Math.max(...RANGES.map(({ seconds }) => seconds));

/** What time a chart of a log looks at, in words, where its first and last instant do not say it: what was asked for, and what is counted of it. */
export function chartSpan(
  at: TimeValue | undefined,
  { from, to }: { from: string; to: string },
): string | ((first: string) => string) | undefined {
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1000);
  if (at === undefined) return seconds >= WIDEST_SECONDS ? words.newestDays : words.allOnRecord;
  if (at.type !== "within") return undefined;
  if (at.seconds > WIDEST_SECONDS) return words.newestDays;
  return `last ${RANGES.find((range) => range.seconds === at.seconds)?.word ?? durationWords(at.seconds)}`;
}
