import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { getOverview } from "#lib/overview/get-overview.ts";
import { OverviewBoard } from "../_overview/overview-board.tsx";
import { overviewWords as words } from "../_overview/words.ts";

export const metadata: Metadata = { title: words.title };

/** What is out there now, and what needs a look. */
export default async function OverviewPage() {
  const overview = await getOverview(await requireSignedIn("/"));
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <OverviewBoard overview={overview} />
    </Page>
  );
}
