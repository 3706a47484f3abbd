import { LoadingNote, SkeletonAction, SkeletonList } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { VerifierTabs } from "../_components/verifier-tabs.tsx";
import { verifierWords as words } from "../_components/words.ts";

export default function VerifiersLoading() {
  return (
    <Page fill>
      <PageHeader title={words.title} purpose={words.purpose} actions={<SkeletonAction />} />
      <VerifierTabs current="/verifiers" />
      <LoadingNote what="verifiers" />
      <SkeletonList columns={8} />
    </Page>
  );
}
