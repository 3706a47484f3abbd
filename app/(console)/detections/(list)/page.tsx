import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { listAddress } from "#components/data-table/list-address.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { listDetections } from "#lib/detections/list-detections.ts";
import { detectionsTable } from "#lib/detections/table.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { DetectionsTable } from "../_components/detections-table.tsx";
import { detectionWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function DetectionsPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { query, dropped } = parseListQuery(detectionsTable, await searchParams);
  const address = listAddress("/detections", detectionsTable, query);
  const ctx = await requireSignedIn(address);
  if (dropped.length > 0) redirect(address);
  const { total, ...page } = await listDetections(ctx, query);
  return (
    <Page fill>
      <PageHeader title={words.title} purpose={words.purpose} />
      <DetectionsTable query={query} page={page} total={total} />
    </Page>
  );
}
