import { LoadingNote, SkeletonAction, SkeletonList } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { apiTokenWords as words } from "../_components/words.ts";

export default function Loading() {
  return (
    <Page fill>
      <PageHeader title={words.title} purpose={words.purpose} actions={<SkeletonAction />} />
      <LoadingNote what="API tokens" />
      <SkeletonList columns={9} />
    </Page>
  );
}
