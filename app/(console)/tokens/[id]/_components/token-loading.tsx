import { Card } from "#components/display/card.tsx";
import { Bar, LoadingNote } from "#components/feedback/skeleton.tsx";
import { Page } from "#components/frame/page-header.tsx";
import classes from "./token-page.module.css";

function Lines({ count }: { count: number }) {
  return (
    <div style={{ display: "grid", gap: 10 }}>
      {Array.from({ length: count }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
        <Bar key={line} width={`${90 - ((line * 17) % 50)}%`} />
      ))}
    </div>
  );
}

/** The shape of a token's page, while its story is read. */
export function TokenLoading() {
  return (
    <Page>
      <LoadingNote what="the token" />
      <Bar width={180} />
      <Bar width={360} height={24} />
      <Card title="Lifeline">
        <Bar height={150} />
      </Card>
      <div className={classes.columns}>
        {["Anatomy", "Standing", "Lineage"].map((title) => (
          <Card key={title} title={title}>
            <Lines count={12} />
          </Card>
        ))}
      </div>
    </Page>
  );
}
