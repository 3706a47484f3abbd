import { Bar, LoadingNote, SkeletonRows } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { auditWords as words } from "../_components/words.ts";

export default function AuditLoading() {
  return (
    <Page fill>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="the audit log" />
      <Bar height={34} />
      <Bar height={150} />
      <SkeletonRows rows={14} columns={8} />
    </Page>
  );
}
