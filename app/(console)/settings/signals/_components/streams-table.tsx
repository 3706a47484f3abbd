import Link from "next/link";
import { Instant } from "#components/display/instant.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { DELIVERY_WORDS, eventName, type StreamRow, streamHealth } from "#lib/signals/model.ts";
import { signalWords as words } from "./words.ts";

/** Every stream with how it stands, the receiver first. */
export function StreamsTable({ streams }: { streams: StreamRow[] }) {
  return (
    <PlainTable
      name={words.streams}
      rows={streams}
      keyOf={(row) => row.id}
      columns={[
        {
          header: words.whom,
          isWrapping: true,
          cell: (row: StreamRow) => (
            <Link prefetch={false} href={`/settings/signals/streams/${row.id}`}>
              {row.description || row.verifier.name}
            </Link>
          ),
        },
        { header: words.health, cell: (row: StreamRow) => <StateBadge state={streamHealth(row)} /> },
        {
          header: words.lag,
          cell: (row: StreamRow) =>
            row.lag === 0 ? <span className="faint">{words.lagNone}</span> : words.lagWords(row.lag),
        },
        { header: words.verifier, isExtra: true, cell: (row: StreamRow) => row.verifier.name },
        { header: "By", isExtra: true, cell: (row: StreamRow) => DELIVERY_WORDS[row.delivery].name },
        {
          header: words.events,
          isWrapping: true,
          isExtra: true,
          cell: (row: StreamRow) => row.events.map(eventName).join(", "),
        },
        {
          header: words.lastDelivered,
          isExtra: true,
          cell: (row: StreamRow) => <Instant at={row.lastDeliveredAt} none="never" />,
        },
      ]}
    />
  );
}
