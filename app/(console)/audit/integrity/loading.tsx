import { LoadingNote, SkeletonCard } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { AuditTabs } from "../_components/audit-tabs.tsx";
import { auditWords as words } from "../_components/words.ts";

export default function IntegrityLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <AuditTabs current="integrity" />
      <LoadingNote what="the integrity" />
      <SkeletonCard height={123} narrowHeight={220} />
      <SkeletonCard height={177} narrowHeight={288} />
      <SkeletonCard height={84} />
    </Page>
  );
}
