import { Bar, LoadingNote, SkeletonCard, SkeletonList } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { auditWords as words } from "../_components/words.ts";

export default function AuditLoading() {
  return (
    <Page fill>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="the audit log" />
      <Bar height={36} narrowHeight={61} />
      <SkeletonCard height={150} narrowHeight={212} />
      <SkeletonList rows={14} />
    </Page>
  );
}
