import { Bar, LoadingNote, SkeletonCard, SkeletonList } from "#components/feedback/skeleton.tsx";
import { Page } from "#components/frame/page-header.tsx";
import { AuditHeadLoading } from "../_components/audit-head.tsx";

export default function AuditLoading() {
  return (
    <Page fill>
      <AuditHeadLoading />
      <LoadingNote what="the audit log" />
      <Bar height={36} narrowHeight={61} />
      <SkeletonCard height={150} narrowHeight={212} />
      <SkeletonList rows={14} />
    </Page>
  );
}
