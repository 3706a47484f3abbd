import { LoadingNote, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { signalWords as words } from "../_components/words.ts";

export default function SignalsLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="signals" />
      <SkeletonRows rows={8} columns={6} />
    </Page>
  );
}
