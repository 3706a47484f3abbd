import { LoadingNote, SkeletonCard } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { RetentionTabs } from "../_components/retention-tabs.tsx";
import { logRetentionWords as words } from "./_components/words.ts";

export default function LogRetentionLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <RetentionTabs current="log" />
      <LoadingNote what="retention" />
      <SkeletonCard height={213} narrowHeight={326} isForm />
      <SkeletonCard height={84} narrowHeight={142} />
      <SkeletonCard height={188} narrowHeight={324} />
      <SkeletonCard height={363} narrowHeight={380} />
    </Page>
  );
}
