import { Bar, LoadingNote, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { keyWords as words } from "../_components/words.ts";

export default function KeysLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="signing keys" />
      <Bar height={220} />
      <SkeletonRows rows={6} columns={7} />
    </Page>
  );
}
