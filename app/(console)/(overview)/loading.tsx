import { overviewWords as words } from "#app/(console)/_overview/words.ts";
import { LoadingNote, SkeletonCard } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";

export default function OverviewLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="the overview" />
      <SkeletonCard height={106} narrowHeight={310} />
      <SkeletonCard height={336} narrowHeight={328} />
      <SkeletonCard height={322} />
    </Page>
  );
}
