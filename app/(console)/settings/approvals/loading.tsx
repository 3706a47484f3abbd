import { Bar, LoadingNote } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { policyWords as words } from "./_components/words.ts";

export default function ApprovalPolicyLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="policy" />
      <Bar width="min(960px, 100%)" height={420} />
      <Bar width="100%" height={120} />
    </Page>
  );
}
