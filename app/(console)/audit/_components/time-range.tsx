import Link from "next/link";
import { listAddress, withFilters } from "#components/data-table/list-address.ts";
import {
  type AuditEntriesQuery,
  auditEntriesTable,
  type TokenUsesQuery,
  tokenUsesTable,
} from "#lib/audit/table.ts";
import type { TimeValue } from "#lib/list-query/define-table.ts";
import classes from "./time-range.module.css";
import { RANGES, auditWords as words } from "./words.ts";

type TimeRangeProps =
  | { log: "/audit"; query: TokenUsesQuery }
  | { log: "/audit/acts"; query: AuditEntriesQuery };

/** The address of the log at another time, its other filters as they are. */
function addressAt(given: TimeRangeProps, time: TimeValue | null): string {
  const range = time === null ? {} : { at: time };
  if (given.log === "/audit") {
    const { at: _, ...others } = given.query.filters;
    return listAddress(given.log, tokenUsesTable, withFilters(given.query, { ...others, ...range }));
  }
  const { at: _, ...others } = given.query.filters;
  return listAddress(given.log, auditEntriesTable, withFilters(given.query, { ...others, ...range }));
}

/** The usual ranges as links: the range is a filter of the page like any other, a chart follows it. */
export function TimeRange(given: TimeRangeProps) {
  const { at } = given.query.filters;
  const choices = [
    { word: words.anyTime, time: null, isCurrent: at === undefined },
    ...RANGES.map(({ seconds, word }) => ({
      word,
      time: { type: "within" as const, seconds },
      isCurrent: at?.type === "within" && at.seconds === seconds,
    })),
  ];
  return (
    <nav className={classes.ranges} aria-label={words.range}>
      {choices.map(({ word, time, isCurrent }) => (
        <Link
          key={word}
          prefetch={false}
          scroll={false}
          href={addressAt(given, time)}
          aria-current={isCurrent ? "true" : undefined}
          className={classes.range}
        >
          {word}
        </Link>
      ))}
    </nav>
  );
}
