import Link from "next/link";
import { listAddress, withFilters } from "#components/data-table/list-address.ts";
import { type TokenUsesQuery, tokenUsesTable } from "#lib/audit/table.ts";
import classes from "./time-range.module.css";
import { RANGES, auditWords as words } from "./words.ts";

/** The usual ranges as links: the range is a filter of the page like any other, the chart follows it. */
export function TimeRange({ query }: { query: TokenUsesQuery }) {
  const { at, ...others } = query.filters;
  const choices = [
    { word: words.anyTime, filters: others, isCurrent: at === undefined },
    ...RANGES.map(({ seconds, word }) => ({
      word,
      filters: { ...others, at: { type: "within" as const, seconds } },
      isCurrent: at?.type === "within" && at.seconds === seconds,
    })),
  ];
  return (
    <nav className={classes.ranges} aria-label={words.range}>
      {choices.map(({ word, filters, isCurrent }) => (
        <Link
          key={word}
          prefetch={false}
          scroll={false}
          href={listAddress("/audit", tokenUsesTable, withFilters(query, filters))}
          aria-current={isCurrent ? "true" : undefined}
          className={classes.range}
        >
          {word}
        </Link>
      ))}
    </nav>
  );
}
