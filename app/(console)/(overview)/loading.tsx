import { Card } from "#components/display/card.tsx";
import { Bar, LoadingNote } from "#components/feedback/skeleton.tsx";
import { Page } from "#components/frame/page-header.tsx";

/** The shape of a page of cards, for pages without a skeleton of their own. */
export default function ConsoleLoading() {
  return (
    <Page>
      <LoadingNote what="the page" />
      <Bar width={160} height={24} />
      <Bar width={320} />
      <Card>
        <Bar height={72} />
      </Card>
      <Card>
        <Bar height={220} />
      </Card>
    </Page>
  );
}
