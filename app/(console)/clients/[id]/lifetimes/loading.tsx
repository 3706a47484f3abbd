import { Bar, LoadingNote } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { clientLifetimesWords as words } from "./_components/words.ts";

export default function ClientLifetimesLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="lifetimes" />
      <Bar width="min(960px, 100%)" height={420} />
      <Bar width="100%" height={120} />
      <Bar width="100%" height={240} />
    </Page>
  );
}
