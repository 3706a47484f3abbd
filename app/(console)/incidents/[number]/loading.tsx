import { Bar, LoadingNote, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { incidentWords as words } from "../_components/words.ts";

export default function IncidentLoading() {
  return (
    <Page>
      <PageHeader title={words.one} crumbs={[{ name: words.title, href: "/incidents" }]} />
      <LoadingNote what="the case" />
      <Bar height={120} />
      <SkeletonRows rows={12} columns={5} />
    </Page>
  );
}
