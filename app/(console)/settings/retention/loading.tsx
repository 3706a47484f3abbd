import { Bar, LoadingNote } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { RetentionTabs } from "./_components/retention-tabs.tsx";
import { retentionWords as words } from "./_components/words.ts";

export default function RetentionLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <RetentionTabs current="tokens" />
      <LoadingNote what="retention" />
      <Bar width="min(960px, 100%)" height={180} />
      <Bar width="100%" height={360} />
    </Page>
  );
}
