import { accessWords as words } from "#app/(console)/_components/access-words.ts";
import { LoadingNote, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";

export default function Loading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="who may do what" />
      <SkeletonRows rows={8} columns={3} />
    </Page>
  );
}
