import Link from "next/link";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { DAY_MS, type LogDay, type LogRetention, startOfDay } from "#lib/log-retention/model.ts";
import { bytesWords } from "#lib/retention/model.ts";
import { counted } from "../../_components/words.ts";
import { logRetentionWords as words } from "./words.ts";

/** The uses of a day, as the log shows them. */
function usesHref(day: string): string {
  const from = startOfDay(day);
  const range = `${from.toISOString()}..${new Date(from.getTime() + DAY_MS).toISOString()}`;
  return `/audit?${new URLSearchParams({ at: range })}`;
}

/** Every day that is in the log, the oldest first: it is the next to go. */
export function LogDaysTable({ days }: { days: LogDay[] }) {
  return (
    <PlainTable
      name={words.days}
      rows={days}
      keyOf={(row) => row.day}
      columns={[
        {
          header: "Day, UTC",
          cell: (row: LogDay) => (
            <Link prefetch={false} href={usesHref(row.day)} className="numeric">
              {row.day}
            </Link>
          ),
        },
        {
          header: "Uses, about",
          align: "end",
          cell: (row: LogDay) =>
            row.uses === null ? <span className="faint">not counted yet</span> : groupedNumber(row.uses),
        },
        {
          header: "On disk",
          align: "end",
          cell: (row: LogDay) =>
            row.bytes === null ? <span className="faint">in the common part</span> : bytesWords(row.bytes),
        },
        {
          header: "Leaves, not before",
          isWrapping: true,
          cell: (row: LogDay) => <Instant at={row.leavesAt} />,
        },
      ]}
    />
  );
}

type PurgedDay = LogRetention["purgedDays"][number];
type PurgedActs = LogRetention["purgedActs"][number];

/** The days that have left, the latest first. */
export function PurgedDaysTable({ retention }: { retention: LogRetention }) {
  const { purgedDays, purged } = retention;
  if (purgedDays.length === 0) return <p className="muted">{words.nothingLeft}</p>;
  return (
    <>
      <PlainTable
        name={words.daysLeft}
        rows={purgedDays}
        keyOf={(row) => row.day}
        columns={[
          { header: "Day, UTC", cell: (row: PurgedDay) => <span className="numeric">{row.day}</span> },
          { header: "Uses", align: "end", cell: (row: PurgedDay) => groupedNumber(row.uses) },
          { header: "Given back", align: "end", cell: (row: PurgedDay) => bytesWords(row.bytes) },
          { header: "Left", cell: (row: PurgedDay) => <Instant at={row.leftAt} show="exact" /> },
          {
            header: "Checkpoint",
            align: "end",
            isExtra: true,
            cell: (row: PurgedDay) => groupedNumber(row.checkpoint),
          },
          {
            header: "Kept",
            align: "end",
            isExtra: true,
            cell: (row: PurgedDay) => counted(row.keptDays, "day", "days", groupedNumber),
          },
        ]}
      />
      <p className="muted" style={{ padding: "0 16px 12px" }}>
        {counted(purged.uses, "use", "uses", groupedNumber)} of{" "}
        {counted(purged.days, "day", "days", groupedNumber)} in all
        {purged.days > purgedDays.length ? `; the last ${purgedDays.length} are shown` : ""}.
      </p>
    </>
  );
}

/** What has left of the acts, the latest first. */
export function PurgedActsTable({ retention }: { retention: LogRetention }) {
  return (
    <PlainTable
      name={words.actsLeft}
      rows={retention.purgedActs}
      keyOf={(row) => String(row.through)}
      columns={[
        {
          header: "Up to entry",
          align: "end",
          cell: (row: PurgedActs) => groupedNumber(row.through),
        },
        { header: "Acts", align: "end", cell: (row: PurgedActs) => groupedNumber(row.acts) },
        { header: "From before", cell: (row: PurgedActs) => <Instant at={row.until} show="exact" /> },
        { header: "Left", cell: (row: PurgedActs) => <Instant at={row.leftAt} show="exact" /> },
        {
          header: "Checkpoint",
          align: "end",
          isExtra: true,
          cell: (row: PurgedActs) => groupedNumber(row.checkpoint),
        },
      ]}
    />
  );
}
