import { LoadingNote, SkeletonCard } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { settingsWords as words } from "./_components/words.ts";

export default function Loading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="the settings of notifications" />
      <SkeletonCard height={1363} narrowHeight={2132} isForm />
      <SkeletonCard height={1044} narrowHeight={1427} isForm />
    </Page>
  );
}
