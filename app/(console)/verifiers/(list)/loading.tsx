import { Bar, LoadingNote, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { VerifierTabs } from "../_components/verifier-tabs.tsx";
import { verifierWords as words } from "../_components/words.ts";

export default function VerifiersLoading() {
  return (
    <Page fill>
      <PageHeader title={words.title} purpose={words.purpose} />
      <VerifierTabs current="/verifiers" />
      <LoadingNote what="verifiers" />
      <Bar height={32} />
      <SkeletonRows rows={18} columns={8} />
    </Page>
  );
}
