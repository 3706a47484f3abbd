import Link from "next/link";
import { LeakFindings } from "#app/(console)/_components/leak-findings.tsx";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { PageTurns } from "#components/display/page-turns.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { incidentHref } from "#lib/incidents/model.ts";
import type { Page } from "#lib/list-query/define-table.ts";
import type { LeakReportRow, OwnSecretKind } from "#lib/scanners/model.ts";
import { scannerWords as words } from "./words.ts";

function Case({ report }: { report: LeakReportRow }) {
  if (report.incidentNumber !== null)
    return (
      <Link prefetch={false} href={incidentHref(report.incidentNumber)}>
        #{report.incidentNumber}
      </Link>
    );
  return <span className="faint">{report.findings.length > 0 ? words.toCome : words.noCase}</span>;
}

/** Every report of a scanner, newest first, with the case that it is in. */
export function ScannerReports({
  page,
  sees,
  href,
  isFirst,
}: {
  page: Page<LeakReportRow>;
  sees: readonly OwnSecretKind[];
  href: string;
  isFirst: boolean;
}) {
  return (
    <Card title={words.recent} flush={page.rows.length > 0}>
      {page.rows.length === 0 ? (
        <p className="muted">{words.noReports}</p>
      ) : (
        <PlainTable
          name={words.recent}
          rows={page.rows}
          keyOf={(row) => row.id}
          columns={[
            {
              header: words.found,
              isWrapping: true,
              cell: (row: LeakReportRow) => (
                <>
                  <LeakFindings report={row} sees={sees} />
                  {row.findings.length === 0 ? (
                    <span className="muted">{words.nothingOurs(row.values)}</span>
                  ) : row.unknown > 0 ? (
                    <div className="muted">{words.alsoUnknown(row.unknown)}</div>
                  ) : null}
                </>
              ),
            },
            { header: words.case, cell: (row: LeakReportRow) => <Case report={row} /> },
            {
              header: words.received,
              cell: (row: LeakReportRow) => (
                <>
                  <Instant at={row.receivedAt} />
                  {row.times > 1 ? <div className="muted">{words.timesWords(row.times)}</div> : null}
                </>
              ),
            },
          ]}
        />
      )}
      <PageTurns
        newestHref={isFirst ? null : href}
        olderHref={page.next === null ? null : `${href}?cursor=${page.next}`}
      />
    </Card>
  );
}
