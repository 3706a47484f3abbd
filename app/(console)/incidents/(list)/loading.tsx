import { Bar, LoadingNote, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { incidentWords as words } from "../_components/words.ts";

export default function IncidentsLoading() {
  return (
    <Page fill>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="cases" />
      <Bar height={32} />
      <SkeletonRows rows={18} columns={7} />
    </Page>
  );
}
