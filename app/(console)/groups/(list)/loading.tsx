import { Bar, LoadingNote, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { groupWords as words } from "../_components/words.ts";

export default function GroupsLoading() {
  return (
    <Page fill>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="groups" />
      <Bar height={32} />
      <SkeletonRows rows={18} columns={6} />
    </Page>
  );
}
