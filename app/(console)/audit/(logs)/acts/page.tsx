import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { listAddress } from "#components/data-table/list-address.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { listAuditEntries } from "#lib/audit/list-audit-entries.ts";
import { auditEntriesTable } from "#lib/audit/table.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { getSealCoverage } from "#lib/seals/get-seal-coverage.ts";
import { ActsTable } from "../../_components/acts-table.tsx";
import { AuditTabs } from "../../_components/audit-tabs.tsx";
import { SealedLine } from "../../_components/sealed-line.tsx";
import { TimeRange } from "../../_components/time-range.tsx";
import { auditWords as words } from "../../_components/words.ts";

export const metadata: Metadata = { title: words.acts };

export default async function AuditActsPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { query, dropped } = parseListQuery(auditEntriesTable, await searchParams);
  const address = listAddress("/audit/acts", auditEntriesTable, query);
  const ctx = await requireSignedIn(address);
  if (dropped.length > 0) redirect(address);
  const [page, coverage] = await Promise.all([listAuditEntries(ctx, query), getSealCoverage(ctx)]);
  return (
    <Page fill>
      <PageHeader
        title={words.title}
        purpose={
          <>
            {words.purpose} <SealedLine {...coverage} />
          </>
        }
      />
      <AuditTabs current="acts">
        <TimeRange log="/audit/acts" query={query} />
      </AuditTabs>
      <ActsTable query={query} page={page} />
    </Page>
  );
}
