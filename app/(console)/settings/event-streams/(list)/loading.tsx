import { LoadingNote, SkeletonAction, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { streamWords as words } from "../_components/words.ts";

export default function EventStreamsLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} actions={<SkeletonAction />} />
      <LoadingNote what="event streams" />
      <SkeletonRows rows={5} columns={6} />
    </Page>
  );
}
