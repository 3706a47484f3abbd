import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { listAddress } from "#components/data-table/list-address.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { listRefusedCounts } from "#lib/audit/list-refused-counts.ts";
import { refusedCountsTable } from "#lib/audit/table.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { AuditTabs } from "../../_components/audit-tabs.tsx";
import { RefusedTable } from "../../_components/refused-table.tsx";
import { auditWords as words } from "../../_components/words.ts";

export const metadata: Metadata = { title: words.refused };

export default async function AuditRefusedPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { query, dropped } = parseListQuery(refusedCountsTable, await searchParams);
  const address = listAddress("/audit/refused", refusedCountsTable, query);
  const ctx = await requireSignedIn(address);
  if (dropped.length > 0) redirect(address);
  const page = await listRefusedCounts(ctx, query);
  return (
    <Page fill>
      <PageHeader title={words.title} purpose={words.purposeRefused} />
      <AuditTabs current="refused" />
      <RefusedTable query={query} page={page} />
    </Page>
  );
}
