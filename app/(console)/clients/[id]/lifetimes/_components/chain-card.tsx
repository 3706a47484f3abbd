import { spanText } from "#app/(console)/_components/lifetimes/span-text.ts";
import { Card } from "#components/display/card.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import type { ExplainedLifetime, LifetimesExplanation } from "#lib/lifetimes/explain-model.ts";
import classes from "./chain-card.module.css";
import { AS_WORDS, OUTCOME_WORDS, clientLifetimesWords as words } from "./words.ts";

/** Every lifetime with the settings that were asked, in order, and what became of each. */
export function ChainCard({ told }: { told: LifetimesExplanation }) {
  return (
    <Card title={words.chain} flush>
      <PlainTable
        name={words.chain}
        rows={told.lifetimes}
        keyOf={(row: ExplainedLifetime) => row.key}
        columns={[
          {
            header: words.setting,
            cell: (row: ExplainedLifetime) => (
              <div className={classes.name}>
                {row.name}
                <strong>{spanText(row.seconds)}</strong>
              </div>
            ),
          },
          {
            header: words.asked,
            cell: (row: ExplainedLifetime) => (
              <ol className={classes.steps}>
                {row.steps.map((step) => (
                  <li key={`${step.who} ${step.as}`} data-outcome={step.outcome}>
                    {step.who}
                    {step.seconds === null ? "" : `: ${AS_WORDS[step.as]}${spanText(step.seconds)}`}
                    {" – "}
                    <span className={classes.outcome}>{OUTCOME_WORDS[step.outcome]}</span>
                  </li>
                ))}
              </ol>
            ),
          },
        ]}
      />
      {told.rotation === null ? null : <p className={classes.note}>{told.rotation.says}.</p>}
    </Card>
  );
}
