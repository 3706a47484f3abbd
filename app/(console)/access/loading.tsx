import { accessWords as words } from "#app/(console)/_components/access-words.ts";
import { LoadingNote, SkeletonCard } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { AccessTabs } from "./_components/access-tabs.tsx";

export default function Loading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <AccessTabs />
      <LoadingNote what="who may do what" />
      <SkeletonCard height={88} narrowHeight={155} />
      <SkeletonCard height={256} />
    </Page>
  );
}
