import { LoadingNote, SkeletonCard } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { Cards } from "#components/layout/cards.tsx";
import { accountWords as words } from "./_components/words.ts";

export default function Loading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="your account" />
      <SkeletonCard height={140} narrowHeight={175} />
      <Cards>
        <SkeletonCard height={198} narrowHeight={182} />
        <SkeletonCard height={198} narrowHeight={182} />
        <SkeletonCard height={198} narrowHeight={182} />
      </Cards>
      <SkeletonCard height={111} />
      <SkeletonCard height={600} />
    </Page>
  );
}
