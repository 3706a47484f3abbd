import { LoadingNote, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { apiTokenWords as words } from "../_components/words.ts";

export default function Loading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="API tokens" />
      <SkeletonRows rows={6} columns={6} />
    </Page>
  );
}
