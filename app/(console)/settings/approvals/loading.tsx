import { LoadingNote, SkeletonCard } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { policyWords as words } from "./_components/words.ts";

export default function ApprovalPolicyLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="policy" />
      <SkeletonCard height={665} narrowHeight={970} isForm />
      <SkeletonCard height={131} narrowHeight={209} />
    </Page>
  );
}
