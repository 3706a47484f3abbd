import { LoadingNote, SkeletonCard } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { settingWords as words } from "../_components/words.ts";

export default function SettingsLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="lifetimes" />
      <SkeletonCard height={1728} narrowHeight={2979} isForm />
    </Page>
  );
}
