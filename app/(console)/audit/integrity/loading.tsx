import { Bar, LoadingNote } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { AuditTabs } from "../_components/audit-tabs.tsx";
import { auditWords as words } from "../_components/words.ts";

export default function IntegrityLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <AuditTabs current="integrity" />
      <LoadingNote what="the integrity" />
      <Bar width="100%" height={120} />
      <Bar width="100%" height={240} />
    </Page>
  );
}
