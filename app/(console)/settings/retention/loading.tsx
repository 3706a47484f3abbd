import { LoadingNote, SkeletonCard } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { RetentionTabs } from "./_components/retention-tabs.tsx";
import { retentionWords as words } from "./_components/words.ts";

export default function RetentionLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <RetentionTabs current="tokens" />
      <LoadingNote what="retention" />
      <SkeletonCard height={195} narrowHeight={237} isForm />
      <SkeletonCard height={84} narrowHeight={142} />
      <SkeletonCard height={162} narrowHeight={294} />
      <SkeletonCard height={147} narrowHeight={164} />
    </Page>
  );
}
