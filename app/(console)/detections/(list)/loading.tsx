import { LoadingNote, SkeletonList } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { detectionWords as words } from "../_components/words.ts";

export default function DetectionsLoading() {
  return (
    <Page fill>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="detections" />
      <SkeletonList columns={8} />
    </Page>
  );
}
