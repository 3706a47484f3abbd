import { LoadingNote, SkeletonAction, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { referenceWords as words } from "./_components/words.ts";

export default function Loading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} actions={<SkeletonAction />} />
      <LoadingNote what="the API reference" />
      <SkeletonRows rows={10} columns={3} />
    </Page>
  );
}
