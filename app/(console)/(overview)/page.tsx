import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { getOverview } from "#lib/overview/get-overview.ts";
import { OverviewBoard } from "../_overview/overview-board.tsx";

export const metadata: Metadata = { title: "Overview" };

/** What is out there now, and what needs a look. */
export default async function OverviewPage() {
  const overview = await getOverview(await requireSignedIn("/"));
  return (
    <Page>
      <PageHeader
        title="Overview"
        purpose="What is out there now, and what needs a look. Every number leads to its list."
      />
      <OverviewBoard overview={overview} />
    </Page>
  );
}
