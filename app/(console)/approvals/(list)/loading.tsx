import { LoadingNote, SkeletonAction, SkeletonList } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { approvalWords as words } from "../_components/words.ts";

export default function ApprovalsLoading() {
  return (
    <Page fill>
      <PageHeader title={words.title} purpose={words.purpose} actions={<SkeletonAction />} />
      <LoadingNote what="approvals" />
      <SkeletonList rows={12} columns={7} />
    </Page>
  );
}
