import { LoadingNote, SkeletonAction, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { signInSettingWords as words } from "../_components/words.ts";

export default function SignInSettingsLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} actions={<SkeletonAction />} />
      <LoadingNote what="providers" />
      <SkeletonRows rows={3} columns={6} />
    </Page>
  );
}
