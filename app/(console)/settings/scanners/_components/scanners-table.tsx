import Link from "next/link";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import type { ScannerDetail } from "#lib/scanners/model.ts";
import { policyWords, scannerWords as words } from "./words.ts";

/** Every scanner with what is done at its reports. */
export function ScannersTable({ scanners }: { scanners: ScannerDetail[] }) {
  return (
    <PlainTable
      name={words.title}
      rows={scanners}
      keyOf={(row) => row.id}
      columns={[
        {
          header: words.name,
          isWrapping: true,
          cell: (row: ScannerDetail) => (
            <Link prefetch={false} href={`/settings/scanners/${row.id}`}>
              {row.name}
            </Link>
          ),
        },
        { header: words.state, cell: (row: ScannerDetail) => <StateBadge state={row.state} /> },
        { header: words.action, isWrapping: true, cell: (row: ScannerDetail) => policyWords(row) },
        {
          header: words.reports,
          align: "end",
          cell: (row: ScannerDetail) => groupedNumber(row.reports),
        },
        {
          header: words.unknown,
          align: "end",
          cell: (row: ScannerDetail) =>
            `${groupedNumber(row.unknown)} of ${groupedNumber(row.values)} values`,
        },
        {
          header: words.last,
          cell: (row: ScannerDetail) => <Instant at={row.lastReportedAt} none="never" />,
        },
      ]}
    />
  );
}
