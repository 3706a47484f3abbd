import { Bar, LoadingNote } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { settingWords as words } from "../_components/words.ts";

export default function SettingsLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="lifetimes" />
      <Bar width="min(960px, 100%)" height={560} />
    </Page>
  );
}
