import Link from "next/link";
import { Instant } from "#components/display/instant.tsx";
import { Narrow } from "#components/display/narrow.tsx";
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
            <>
              <Link prefetch={false} href={`/settings/scanners/${row.id}`}>
                {row.name}
              </Link>
              <Narrow>
                <span className="muted">
                  {words.reportsWords(row.reports)}
                  {row.reports === 0 ? null : (
                    <>
                      , <Instant at={row.lastReportedAt} prefix="last" />
                    </>
                  )}
                </span>
              </Narrow>
            </>
          ),
        },
        { header: words.state, cell: (row: ScannerDetail) => <StateBadge state={row.state} /> },
        { header: words.action, isWrapping: true, cell: (row: ScannerDetail) => policyWords(row) },
        {
          header: words.reports,
          isExtra: true,
          align: "end",
          cell: (row: ScannerDetail) => groupedNumber(row.reports),
        },
        {
          header: words.unknown,
          isExtra: true,
          align: "end",
          cell: (row: ScannerDetail) =>
            `${groupedNumber(row.unknown)} of ${groupedNumber(row.values)} values`,
        },
        {
          header: words.last,
          isExtra: true,
          cell: (row: ScannerDetail) => <Instant at={row.lastReportedAt} none="never" />,
        },
      ]}
    />
  );
}
