import { LoadingNote, SkeletonAction, SkeletonList } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { groupWords as words } from "../_components/words.ts";

export default function GroupsLoading() {
  return (
    <Page fill>
      <PageHeader title={words.title} purpose={words.purpose} actions={<SkeletonAction />} />
      <LoadingNote what="groups" />
      <SkeletonList columns={6} />
    </Page>
  );
}
