import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { Suspense } from "react";
import { requireSignedIn } from "#app/_lib/context.ts";
import { listAddress } from "#components/data-table/list-address.ts";
import { Card } from "#components/display/card.tsx";
import { Page } from "#components/frame/page-header.tsx";
import { getUseHistogram } from "#lib/audit/get-use-histogram.ts";
import { isFollowing } from "#lib/audit/get-use-summary.ts";
import { listTokenUses } from "#lib/audit/list-token-uses.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { getSealCoverage } from "#lib/seals/get-seal-coverage.ts";
import { AuditHead } from "../_components/audit-head.tsx";
import { AuditTabs } from "../_components/audit-tabs.tsx";
import { FoldToggles } from "../_components/fold-toggles.tsx";
import { type Fold, openFolds, withFolds } from "../_components/folds.ts";
import { TimeRange } from "../_components/time-range.tsx";
import { UseFacets, UseFacetsLoading } from "../_components/use-facets.tsx";
import { UseHistogram } from "../_components/use-histogram.tsx";
import { UseSummary } from "../_components/use-summary.tsx";
import { UsesTable } from "../_components/uses-table.tsx";
import { auditWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function AuditPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const given = await searchParams;
  const { query, dropped } = parseListQuery(tokenUsesTable, given);
  const folds: Fold[] = isFollowing(query.filters) ? ["counts", "places"] : ["counts"];
  const opened = openFolds(given.unfold).filter((fold) => folds.includes(fold));
  const address = withFolds(listAddress("/audit", tokenUsesTable, query), opened);
  const ctx = await requireSignedIn(address);
  if (dropped.length > 0) redirect(address);
  const [page, histogram, coverage] = await Promise.all([
    listTokenUses(ctx, query),
    getUseHistogram(ctx, query.filters),
    getSealCoverage(ctx),
  ]);
  const isOpen = (fold: Fold) => opened.includes(fold);
  return (
    // what is told of whom one follows takes the room that a table of the window's height would need
    <Page fill={!isOpen("places")}>
      <AuditHead coverage={coverage} />
      <AuditTabs current="uses">
        <TimeRange log="/audit" query={query} folds={opened} />
      </AuditTabs>
      <Card>
        <UseHistogram
          histogram={histogram}
          query={query}
          opened={opened}
          tools={<FoldToggles folds={folds} />}
        />
        {isOpen("counts") ? (
          <Suspense fallback={<UseFacetsLoading />}>
            <UseFacets ctx={ctx} query={query} opened={opened} />
          </Suspense>
        ) : null}
      </Card>
      {isOpen("places") ? (
        <Suspense>
          <UseSummary ctx={ctx} query={query} opened={opened} />
        </Suspense>
      ) : null}
      <UsesTable query={query} page={page} opened={opened} />
    </Page>
  );
}
