import Link from "next/link";
import { Instant } from "#components/display/instant.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import {
  DELIVERY_WORDS,
  type EventStreamRow,
  eventStreamHealth,
  FORMAT_WORDS,
  lossWords,
  SOURCE_WORDS,
} from "#lib/event-streams/model.ts";
import { streamWords as words } from "./words.ts";

/** Every stream with how it stands. */
export function EventStreamsTable({ streams, now }: { streams: EventStreamRow[]; now: Date }) {
  return (
    <PlainTable
      name={words.title}
      rows={streams}
      keyOf={(row) => row.id}
      columns={[
        {
          header: words.name,
          isWrapping: true,
          cell: (row: EventStreamRow) => (
            <Link prefetch={false} href={`/settings/event-streams/${row.id}`}>
              {row.name}
            </Link>
          ),
        },
        {
          header: words.state,
          isWrapping: true,
          cell: (row: EventStreamRow) => (
            <>
              <StateBadge state={eventStreamHealth(row, now)} />
              {row.lastError === null || (row.failures === 0 && row.statusReason === "") ? null : (
                <>
                  <br />
                  <small>
                    {words.lastError}: {words.sink.toLowerCase()} {row.lastError},{" "}
                    <Instant at={row.lastErrorAt} />
                  </small>
                </>
              )}
              {row.losses.map((loss) => (
                <div key={loss.source}>
                  <small>{lossWords(loss)}</small>
                </div>
              ))}
            </>
          ),
        },
        {
          header: words.lag,
          isWrapping: true,
          cell: (row: EventStreamRow) =>
            row.lag.count === 0 ? (
              <span className="faint">{words.lagNone}</span>
            ) : (
              <>
                {words.lagOf(row.lag)}, since <Instant at={row.lag.since} />
              </>
            ),
        },
        {
          header: words.sources,
          isWrapping: true,
          isExtra: true,
          cell: (row: EventStreamRow) => row.sources.map((source) => SOURCE_WORDS[source].name).join(", "),
        },
        {
          header: "By",
          isExtra: true,
          cell: (row: EventStreamRow) =>
            `${DELIVERY_WORDS[row.delivery].name}, ${FORMAT_WORDS[row.format].name}`,
        },
        {
          header: words.lastDelivered,
          isExtra: true,
          cell: (row: EventStreamRow) => <Instant at={row.lastDeliveredAt} none="never" />,
        },
      ]}
    />
  );
}
