import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { listAddress } from "#components/data-table/list-address.ts";
import { LinkButton } from "#components/display/link-button.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { listApprovals } from "#lib/approvals/list-approvals.ts";
import { approvalsTable } from "#lib/approvals/table.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { ApprovalsTable } from "../_components/approvals-table.tsx";
import { approvalWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function ApprovalsPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { query, dropped } = parseListQuery(approvalsTable, await searchParams);
  const address = listAddress("/approvals", approvalsTable, query);
  const ctx = await requireSignedIn(address);
  if (dropped.length > 0) redirect(address);
  const { total, ...page } = await listApprovals(ctx, query);
  return (
    <Page fill>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        actions={<LinkButton href="/settings/approvals">{words.settings}</LinkButton>}
      />
      <ApprovalsTable query={query} page={page} total={total} />
    </Page>
  );
}
