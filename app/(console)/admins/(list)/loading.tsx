import { LoadingNote, SkeletonAction, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { adminWords as words } from "../_components/words.ts";

export default function Loading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} actions={<SkeletonAction />} />
      <LoadingNote what="admins" />
      <SkeletonRows rows={6} columns={6} />
    </Page>
  );
}
