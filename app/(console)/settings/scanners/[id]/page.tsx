import type { Metadata } from "next";
import { cache } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { RecentActs } from "#app/(console)/_components/recent-acts.tsx";
import { Card } from "#components/display/card.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { Columns } from "#components/layout/columns.tsx";
import { SecretsCard } from "#components/overlay/secrets-card.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getEnv } from "#lib/env.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { listLeakReports } from "#lib/scanners/list-leak-reports.ts";
import { getScanner } from "#lib/scanners/list-scanners.ts";
import { ownersSeenBy } from "#lib/scanners/owners-seen.ts";
import { LEAK_REPORTS_TABLE } from "#lib/scanners/reports-table.ts";
import { HowToReport } from "../_components/how-to-report.tsx";
import { ScannerActions } from "../_components/scanner-actions.tsx";
import { ScannerReports } from "../_components/scanner-reports.tsx";
import { policyWords, scannerWords as words } from "../_components/words.ts";

type ScannerPageProps = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

/** Read once for the title and the page. */
const readScanner = cache(async (id: string) => getScanner(await requestContext(), { scannerId: id }));

export async function generateMetadata({ params }: ScannerPageProps): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readScanner(id).then((found) => found.name),
    words.one,
  );
}

export default async function ScannerPage({ params, searchParams }: ScannerPageProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/settings/scanners/${id}`);
  const scanner = await orNotFound(readScanner(id));
  // a place that is none is the first page
  const { cursor } = await searchParams;
  const asked = { scannerId: scanner.id, ...(cursor === undefined ? {} : { cursor }) };
  const { query } = parseListQuery(LEAK_REPORTS_TABLE, asked);
  const page = await listLeakReports(ctx, query);
  const canWrite = can(ctx, "scanner:write");
  return (
    <Page>
      <PageHeader
        title={scanner.name}
        badges={<StateBadge state={scanner.state} />}
        purpose={words.about}
        crumbs={[{ name: words.title, href: "/settings/scanners" }]}
        actions={canWrite ? <ScannerActions scanner={scanner} /> : null}
      />
      <Columns
        main={
          <>
            <ScannerReports
              page={page}
              sees={ownersSeenBy(ctx)}
              href={`/settings/scanners/${scanner.id}`}
              isFirst={query.cursor === null}
            />
            <SecretsCard
              secrets={scanner.secrets}
              url={`/api/v1/scanners/${scanner.id}`}
              canWrite={canWrite}
              none={words.noSecrets}
              endOnly={words.endOnly}
              endOne={words.endOne}
            />
            <Card title={words.how}>
              <HowToReport issuer={getEnv().authorityIssuer} />
            </Card>
          </>
        }
        side={
          <>
            <Card title={words.one}>
              <KeyValue
                items={[
                  { key: words.action, value: policyWords(scanner) },
                  { key: words.reports, value: groupedNumber(scanner.reports) },
                  { key: words.values, value: groupedNumber(scanner.values) },
                  { key: words.unknown, value: groupedNumber(scanner.unknown) },
                  { key: words.last, value: <Instant at={scanner.lastReportedAt} none="never" focusable /> },
                  { key: words.created, value: <Instant at={scanner.createdAt} focusable /> },
                  { key: words.changed, value: <Instant at={scanner.updatedAt} focusable /> },
                  { key: words.id, value: <IdText id={scanner.id} what="scanner id" head={8} /> },
                ]}
              />
            </Card>
            <RecentActs ctx={ctx} target="scanner" targetId={scanner.id} />
          </>
        }
      />
    </Page>
  );
}
