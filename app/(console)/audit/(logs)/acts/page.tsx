import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { listAddress, withFilters } from "#components/data-table/list-address.ts";
import { Card } from "#components/display/card.tsx";
import { Page } from "#components/frame/page-header.tsx";
import { getActHistogram } from "#lib/audit/get-act-histogram.ts";
import { listAuditEntries } from "#lib/audit/list-audit-entries.ts";
import { auditEntriesTable } from "#lib/audit/table.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { getSealCoverage } from "#lib/seals/get-seal-coverage.ts";
import { ActHistogram } from "../../_components/act-histogram.tsx";
import classes from "../../_components/acts-controls.module.css";
import { ActsTable } from "../../_components/acts-table.tsx";
import { AuditHead } from "../../_components/audit-head.tsx";
import { AuditTabs } from "../../_components/audit-tabs.tsx";
import { TimeRange } from "../../_components/time-range.tsx";
import { ADMINS_ALONE } from "../../_components/whose.ts";
import { WhoseActs } from "../../_components/whose-acts.tsx";
import { auditWords as words } from "../../_components/words.ts";

export const metadata: Metadata = { title: words.acts };

export default async function AuditActsPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const given = await searchParams;
  const parsed = parseListQuery(auditEntriesTable, given);
  const { dropped } = parsed;
  // where nothing is asked for it shows what admins did, as its switch says
  const query = Object.keys(given).length === 0 ? withFilters(parsed.query, ADMINS_ALONE) : parsed.query;
  const address = listAddress("/audit/acts", auditEntriesTable, query);
  const ctx = await requireSignedIn(address);
  if (dropped.length > 0) redirect(address);
  const [page, histogram, coverage] = await Promise.all([
    listAuditEntries(ctx, query),
    getActHistogram(ctx, query.filters),
    getSealCoverage(ctx),
  ]);
  return (
    <Page fill>
      <AuditHead coverage={coverage} />
      <AuditTabs current="acts">
        <div className={classes.controls}>
          <WhoseActs query={query} />
          <TimeRange log="/audit/acts" query={query} />
        </div>
      </AuditTabs>
      <Card>
        <ActHistogram histogram={histogram} query={query} />
      </Card>
      <ActsTable query={query} page={page} />
    </Page>
  );
}
