import Link from "next/link";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { bytesWords, type RegisterWeek, WEEK_MS } from "#lib/retention/model.ts";
import { retentionWords as words } from "./words.ts";

/** The tokens of a week, as the list has them. */
function tokensHref(week: string): string {
  const from = `${week}T00:00:00Z`;
  const to = new Date(Date.parse(from) + WEEK_MS).toISOString();
  return `/tokens?${new URLSearchParams({ issued: `${from}..${to}` })}`;
}

/** Every week that is in the register, the oldest first: it is the next to go. */
export function WeeksTable({ weeks }: { weeks: RegisterWeek[] }) {
  return (
    <PlainTable
      name={words.weeks}
      rows={weeks}
      keyOf={(row) => row.week}
      columns={[
        {
          header: "Week of issue, UTC",
          cell: (row: RegisterWeek) => <span className="numeric">{row.week}</span>,
        },
        {
          header: "Tokens",
          align: "end",
          cell: (row: RegisterWeek) =>
            row.tokens === 0 ? (
              <span className="faint">0</span>
            ) : (
              <Link prefetch={false} href={tokensHref(row.week)}>
                {groupedNumber(row.tokens)}
              </Link>
            ),
        },
        {
          header: "On disk",
          align: "end",
          cell: (row: RegisterWeek) =>
            row.bytes === null ? <span className="faint">in the common part</span> : bytesWords(row.bytes),
        },
        {
          header: "Last one expires",
          isExtra: true,
          cell: (row: RegisterWeek) => <Instant at={row.lastExpiresAt} show="exact" />,
        },
        {
          header: "Leaves, not before",
          isWrapping: true,
          cell: (row: RegisterWeek) => <Instant at={row.leavesAt} />,
        },
      ]}
    />
  );
}
