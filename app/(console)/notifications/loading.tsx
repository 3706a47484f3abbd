import { Bar, LoadingNote, SkeletonAction, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { notificationWords as words } from "./_components/words.ts";

export default function Loading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} actions={<SkeletonAction />} />
      <LoadingNote what="your notifications" />
      <Bar height={37} narrowHeight={113} />
      <SkeletonRows rows={8} columns={2} />
    </Page>
  );
}
