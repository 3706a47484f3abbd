import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { bytesWords, type PurgedWeek, type Retention } from "#lib/retention/model.ts";
import { counted, retentionWords as words } from "./words.ts";

/** The weeks that have left, the latest first. */
export function PurgedTable({ retention }: { retention: Retention }) {
  const { purged, purgedWeeks, purgedTokens } = retention;
  if (purged.length === 0) return <p className="muted">{words.nothingLeft}</p>;
  return (
    <>
      <PlainTable
        name={words.left}
        rows={purged}
        keyOf={(row) => row.week}
        columns={[
          {
            header: "Week of issue, UTC",
            cell: (row: PurgedWeek) => <span className="numeric">{row.week}</span>,
          },
          { header: "Tokens", align: "end", cell: (row: PurgedWeek) => groupedNumber(row.tokens) },
          { header: "Given back", align: "end", cell: (row: PurgedWeek) => bytesWords(row.bytes) },
          { header: "Left", cell: (row: PurgedWeek) => <Instant at={row.leftAt} show="exact" /> },
          {
            header: "Kept after expiry",
            align: "end",
            isExtra: true,
            cell: (row: PurgedWeek) => counted(row.keptDays, "day", "days", groupedNumber),
          },
        ]}
      />
      <p className="muted" style={{ padding: "0 16px 12px" }}>
        {counted(purgedTokens, "token", "tokens", groupedNumber)} of{" "}
        {counted(purgedWeeks, "week", "weeks", groupedNumber)} in all
        {purgedWeeks > purged.length ? `; the last ${purged.length} are shown` : ""}.
      </p>
    </>
  );
}
