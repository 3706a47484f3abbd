import { Bar, LoadingNote, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { approvalWords as words } from "../_components/words.ts";

export default function ApprovalsLoading() {
  return (
    <Page fill>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="approvals" />
      <Bar height={32} />
      <SkeletonRows rows={12} columns={7} />
    </Page>
  );
}
