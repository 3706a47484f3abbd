import { LoadingNote, SkeletonList } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";

export default function TokensLoading() {
  return (
    <Page fill>
      <PageHeader
        title="Tokens"
        purpose="Every access and refresh token on record. Values are never stored."
      />
      <LoadingNote what="tokens" />
      <SkeletonList columns={9} />
    </Page>
  );
}
