import { LoadingNote, SkeletonAction, SkeletonCard, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { keyWords as words } from "../_components/words.ts";

export default function KeysLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} actions={<SkeletonAction />} />
      <LoadingNote what="signing keys" />
      <SkeletonCard height={306} />
      <SkeletonRows rows={6} columns={7} />
    </Page>
  );
}
