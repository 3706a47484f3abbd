import { LoadingNote, SkeletonAction, SkeletonList } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { orderWords as words } from "../_components/words.ts";

export default function OrdersLoading() {
  return (
    <Page fill>
      <PageHeader title={words.title} purpose={words.purpose} actions={<SkeletonAction />} />
      <LoadingNote what="orders" />
      <SkeletonList columns={7} />
    </Page>
  );
}
