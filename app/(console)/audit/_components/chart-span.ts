import { durationWords } from "#components/display/duration.ts";
import type { TimeValue } from "#lib/list-query/define-table.ts";
import { RANGES, auditWords as words } from "./words.ts";

/** Pixels: the log's own rows are what its page is for. */
export const CHART_HEIGHT = 60;

const WIDEST_SECONDS = Math.max(...RANGES.map(({ seconds }) => seconds));
/** A chart of any time is of no less, however young the log is. */
const LEAST_SECONDS = 300;

/** When a token was issued: its id, a UUIDv7, begins with it. */
const issuedMs = (token: string) => Number.parseInt(token.replaceAll("-", "").slice(0, 12), 16);

export type Charted = {
  /** What time is asked for. */
  at: TimeValue | undefined;
  /** The token that is followed. */
  token: string | undefined;
  from: string;
  to: string;
};

/** What time a chart of a log looks at, in words, where its first and last instant do not say it: what was asked for, and what is counted of it. */
export function chartSpan({
  at,
  token,
  from,
  to,
}: Charted): string | ((instant: Words) => string) | undefined {
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1000);
  if (at === undefined) {
    if (seconds >= WIDEST_SECONDS) return words.newestDays;
    if (seconds <= LEAST_SECONDS) return words.newestMinutes;
    const isIssue = token !== undefined && Date.parse(from) === issuedMs(token);
    return (instant) => (isIssue ? words.sinceIssue : words.sinceRecords)(instant(Date.parse(from)));
  }
  if (at.type !== "within") return undefined;
  if (at.seconds > WIDEST_SECONDS) return words.newestDays;
  return `last ${RANGES.find((range) => range.seconds === at.seconds)?.word ?? durationWords(at.seconds)}`;
}

/** An instant in words, in the reader's zone. */
type Words = (ms: number) => string;
