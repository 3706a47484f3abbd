import { Card } from "#components/display/card.tsx";
import { HoldWhilePointed } from "#components/live/hold-while-pointed.tsx";
import type { Overview } from "#lib/overview/model.ts";
import { ActivityCard } from "./activity-card.tsx";
import { ClientsCard } from "./clients-card.tsx";
import { Figures } from "./figures.tsx";
import { FirstSteps } from "./first-steps.tsx";
import { KeysCard, OrdersCard, VerifiersCard } from "./health-cards.tsx";
import classes from "./overview.module.css";

/** The overview: the figures first, then what happens, then what stands behind it. */
export function OverviewBoard({ overview }: { overview: Overview }) {
  const { registry } = overview;
  const isNew = Object.values(registry).some((count) => count === 0);
  return (
    <>
      {isNew ? <FirstSteps registry={registry} /> : null}
      <Figures overview={overview} />
      <HoldWhilePointed className={classes.columns}>
        <Card title="Issued, used, refused" className={classes.wide}>
          <ActivityCard perMinute={overview.perMinute} perHour={overview.perHour} />
        </Card>
        <ClientsCard overview={overview} />
        <OrdersCard overview={overview} />
        <VerifiersCard overview={overview} />
        <KeysCard overview={overview} />
      </HoldWhilePointed>
      <p className={classes.precision}>{overview.precision}</p>
    </>
  );
}
