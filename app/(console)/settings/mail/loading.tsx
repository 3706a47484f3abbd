import { LoadingNote, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { mailWords as words } from "./_components/words.ts";

export default function MailLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="the mail server" />
      <SkeletonRows rows={6} columns={3} />
    </Page>
  );
}
