import { overviewWords as words } from "#app/(console)/_overview/words.ts";
import { Card } from "#components/display/card.tsx";
import { Bar, LoadingNote } from "#components/feedback/skeleton.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";

export default function OverviewLoading() {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <LoadingNote what="the overview" />
      <Card>
        <Bar height={76} />
      </Card>
      <Card>
        <Bar height={260} />
      </Card>
      <Card>
        <Bar height={220} />
      </Card>
    </Page>
  );
}
