import Link from "next/link";
import type { ReactNode } from "react";
import { Lifeline as Chart } from "#components/charts/lifeline.tsx";
import type { LifelinePhase } from "#components/charts/lifeline-caption.tsx";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { type Lifeline, markWords } from "#lib/lifelines/model.ts";
import { type AskedLifeline, timeOf } from "./asked.ts";
import { marksToDraw } from "./drawn.ts";
import classes from "./lifeline.module.css";
import { Ranges } from "./ranges.tsx";
import { lifelineWords as words } from "./words.ts";

/** Where the log has its uses, by its filters. */
export type LogOf = { [filter: string]: string };

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What was done to it, newest last, each with the way to what is on record of it. */
function Marks({ lifeline: { marks, isMarksCut } }: { lifeline: Lifeline }) {
  if (marks.length === 0) return null;
  return (
    <div className={classes.note}>
      <ul className={classes.marks} aria-label={words.marks}>
        {marks.map(({ at, what, isPart, href }) => (
          <li key={`${what} ${at} ${href}`}>
            {href === null ? (
              markWords({ what, isPart })
            ) : (
              <Link prefetch={false} href={href}>
                {markWords({ what, isPart })}
              </Link>
            )}{" "}
            <Instant at={at} focusable />
          </li>
        ))}
      </ul>
      {isMarksCut ? <p>{words.marksCut}</p> : null}
    </div>
  );
}

/** Uses over its time with what happened to it, and the figures of that. */
export function LifelineCard({
  lifeline,
  asked,
  log,
  window,
  phases,
}: {
  lifeline: Lifeline;
  asked: AskedLifeline;
  log: LogOf;
  window: { at: string; word: string } | null;
  phases: LifelinePhase[] | undefined;
}) {
  const { subject, total, propagation, firstAt, lastAt, countedFrom, from, to } = lifeline;
  const inLog = (filter: LogOf) => `/audit?${new URLSearchParams({ ...log, at: timeOf(asked), ...filter })}`;
  const count = (outcome: "allowed" | "refused" | "issued") =>
    total[outcome] === 0 ? (
      "0"
    ) : (
      <Link prefetch={false} href={inLog({ outcome })}>
        <NumberText value={total[outcome]} />
      </Link>
    );
  const isInPart = countedFrom !== from;
  return (
    <Card
      title={words.lifeline}
      aside={<Ranges kind={subject.kind} id={subject.id} asked={asked} isUsed={firstAt !== null} />}
    >
      <dl className={classes.facts}>
        <Fact name={words.first}>
          <Instant at={firstAt} none={words.never} show="exact" focusable />
        </Fact>
        <Fact name={words.last}>
          <Instant at={lastAt} none={words.never} show="exact" focusable />
        </Fact>
        <Fact name={words.allowed}>{count("allowed")}</Fact>
        <Fact name={words.refused}>{count("refused")}</Fact>
        <Fact name={words.issued}>{count("issued")}</Fact>
      </dl>
      <Chart
        from={from}
        to={to}
        bucketSeconds={lifeline.bucketSeconds}
        buckets={lifeline.buckets}
        marks={marksToDraw(lifeline, window)}
        phases={phases}
        shade={
          propagation === null || propagation.from < from
            ? undefined
            : { from: propagation.from, to: propagation.to ?? to }
        }
      />
      {isInPart ? (
        <p className={classes.note}>
          {words.countedFrom} <Instant at={countedFrom} show="exact" focusable /> {words.countedInPart}
        </p>
      ) : null}
      <Marks lifeline={lifeline} />
    </Card>
  );
}
