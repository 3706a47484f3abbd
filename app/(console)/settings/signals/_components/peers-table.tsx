import Link from "next/link";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import type { ReceiverRow } from "#lib/signal-receivers/model.ts";
import { policyWords } from "./policy-words.ts";
import { signalWords as words } from "./words.ts";

/** Every peer with what is done at its events. */
export function PeersTable({ peers }: { peers: ReceiverRow[] }) {
  return (
    <PlainTable
      name={words.peers}
      rows={peers}
      keyOf={(row) => row.id}
      columns={[
        {
          header: words.name,
          isWrapping: true,
          cell: (row: ReceiverRow) => (
            <Link prefetch={false} href={`/settings/signals/peers/${row.id}`}>
              {row.name}
            </Link>
          ),
        },
        { header: words.state, cell: (row: ReceiverRow) => <StateBadge state={row.state} /> },
        {
          header: words.policies,
          isWrapping: true,
          cell: (row: ReceiverRow) =>
            row.policies.length === 0 ? (
              <span className="muted">{words.ignoresAll}</span>
            ) : (
              row.policies.map(policyWords).join("; ")
            ),
        },
        {
          header: words.issuer,
          isWrapping: true,
          isExtra: true,
          cell: (row: ReceiverRow) => <span className="mono">{row.issuer}</span>,
        },
        {
          header: words.received,
          isExtra: true,
          align: "end",
          cell: (row: ReceiverRow) => groupedNumber(row.received),
        },
        {
          header: words.lastReceived,
          isExtra: true,
          cell: (row: ReceiverRow) => <Instant at={row.lastReceivedAt} none="never" />,
        },
      ]}
    />
  );
}
