import { Card, CardHeading } from "#components/display/card.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import type { ShownPlan } from "#lib/approvals/model.ts";
import classes from "./approvals.module.css";
import { approvalWords as words } from "./words.ts";

const count = ({ value, isExact }: { value: number; isExact: boolean }) =>
  `${isExact ? "" : "at least "}${groupedNumber(value)}`;

function Named({ of }: { of: ShownPlan["users"] }) {
  const more = of.value - of.names.length;
  return (
    <>
      {count(of)}
      {of.names.length === 0 ? null : (
        <span className={classes.names}>
          : {of.names.map(({ name }) => name).join(", ")}
          {more > 0 ? ` and ${groupedNumber(more)} more` : ""}
        </span>
      )}
    </>
  );
}

/** Whom an order would reach, as its plan named them: it reaches nobody else. */
export function ShownReach({ plan }: { plan: ShownPlan }) {
  return (
    <Card title={words.reach}>
      <KeyValue
        items={[
          { key: words.tokens, value: count(plan.tokens) },
          { key: words.users, value: <Named of={plan.users} /> },
          { key: words.clients, value: <Named of={plan.clients} /> },
          { key: words.verifiers, value: <Named of={plan.verifiers} /> },
        ]}
      />
      {plan.remains === undefined || plan.remains.length === 0 ? null : (
        <>
          <CardHeading>{words.remains}</CardHeading>
          {plan.remains.map((says) => (
            <p key={says} className={classes.sentence}>
              {says}
            </p>
          ))}
        </>
      )}
    </Card>
  );
}
