import { LoadingNote, SkeletonCard } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { mailWords as words } from "./_components/words.ts";

export default function MailLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="the mail server" />
      <SkeletonCard height={866} narrowHeight={1125} isForm />
      <SkeletonCard height={84} />
    </Page>
  );
}
