import { listAddress, withFilters } from "#components/data-table/list-address.ts";
import { LinkChoices } from "#components/display/link-choices.tsx";
import {
  type AuditEntriesQuery,
  auditEntriesTable,
  type TokenUsesQuery,
  tokenUsesTable,
} from "#lib/audit/table.ts";
import type { TimeValue } from "#lib/list-query/define-table.ts";
import { type Fold, withFolds } from "./folds.ts";
import { RANGES, auditWords as words } from "./words.ts";

type TimeRangeProps =
  | { log: "/audit"; query: TokenUsesQuery; folds: readonly Fold[] }
  | { log: "/audit/acts"; query: AuditEntriesQuery };

/** The address of the log at another time, its other filters as they are. */
function addressAt(given: TimeRangeProps, time: TimeValue | null): string {
  const range = time === null ? {} : { at: time };
  if (given.log === "/audit") {
    const { at: _, ...others } = given.query.filters;
    const query = withFilters(given.query, { ...others, ...range });
    return withFolds(listAddress(given.log, tokenUsesTable, query), given.folds);
  }
  const { at: _, ...others } = given.query.filters;
  return listAddress(given.log, auditEntriesTable, withFilters(given.query, { ...others, ...range }));
}

/** The usual ranges as links: the range is a filter of the page like any other, a chart follows it. */
export function TimeRange(given: TimeRangeProps) {
  const { at } = given.query.filters;
  return (
    <LinkChoices
      label={words.range}
      choices={[
        { word: words.anyTime, href: addressAt(given, null), isCurrent: at === undefined },
        ...RANGES.map(({ seconds, word }) => ({
          word,
          href: addressAt(given, { type: "within", seconds }),
          isCurrent: at?.type === "within" && at.seconds === seconds,
        })),
      ]}
    />
  );
}
