"use client";

import { useMounted } from "@mantine/hooks";
import { type CSSProperties, useState } from "react";
import { groupedNumber } from "../display/number-text.tsx";
import { niceMax } from "./axis.ts";
import { lifelineTicks } from "./chart-years.ts";
import classes from "./lifeline.module.css";
import { allOf, LifelineBars, type LifelineBucket } from "./lifeline-bars.tsx";
import { LifelineCaption, type LifelinePhase } from "./lifeline-caption.tsx";
import { AxisLayer, LAYOUTS, type LifelineMark, layOut, MarksLayer } from "./lifeline-layer.tsx";
import { TableToggle, TableTwin } from "./table-twin.tsx";

type LifelineProps = {
  from: string;
  to: string;
  bucketSeconds: number;
  buckets: LifelineBucket[];
  marks: LifelineMark[];
  /** The time in which some could still accept it, from when it was refused on. */
  shade?: { from: string; to: string } | undefined;
  /** Stretches of it by what they are called, each from where the one before ends. */
  phases?: LifelinePhase[] | undefined;
};

/** Uses over a life on one axis, with what happened to it marked: made of plain elements, so that it is there at once. */
export function Lifeline({ from, to, bucketSeconds, buckets, marks, shade, phases = [] }: LifelineProps) {
  const isMounted = useMounted();
  const [isTable, setIsTable] = useState(false);
  const startMs = Math.min(Date.parse(from), ...marks.map((mark) => Date.parse(mark.at)));
  const lastMs = Math.max(Date.parse(to), ...marks.map((mark) => Date.parse(mark.at)));
  const pad = Math.max(1000, (lastMs - startMs) * 0.03);
  const fromMs = startMs - pad;
  const toMs = lastMs + pad;
  const place = (ms: number) => `${(((ms - fromMs) / (toMs - fromMs)) * 100).toFixed(3)}%`;
  const widthOf = (ms: number) => `${(ms / (toMs - fromMs)) * 100}%`;
  const marked = marks.map((mark) => ({ mark, share: (Date.parse(mark.at) - fromMs) / (toMs - fromMs) }));
  const layouts = LAYOUTS.map((layout) => ({ layout, ...layOut(layout, marked) }));
  const used = buckets.filter((bucket) => allOf(bucket) > 0);
  const most = niceMax(Math.max(1, ...used.map(allOf)));
  const hasIssues = used.some(({ issued = 0 }) => issued > 0);
  const drawn = phases.flatMap((phase) => {
    const begins = Math.max(fromMs, Date.parse(phase.from));
    const ends = Math.min(toMs, Date.parse(phase.to));
    return ends <= begins ? [] : [{ ...phase, begins, ends }];
  });
  const shadeEndsMs = shade ? Math.min(Date.parse(shade.to), toMs) : 0;
  const isUnused = used.every(({ allowed, refused }) => allowed + refused === 0);
  const clock = lifelineTicks({ fromMs, toMs, timeZone: isMounted ? undefined : "UTC" });
  const zone = isMounted ? Intl.DateTimeFormat().resolvedOptions().timeZone : "UTC";

  return (
    <figure
      className={classes.figure}
      style={Object.fromEntries(layouts.map(({ layout, rows }) => [`--rows-${layout.name}`, rows]))}
    >
      <div>
        <div className={classes.plot} aria-hidden={isTable || undefined}>
          {drawn.map(({ from: start, color, begins, ends, isShaded }) =>
            isShaded ? (
              <div
                key={start}
                className={classes.wash}
                style={
                  { left: place(begins), width: widthOf(ends - begins), "--phase": color } as CSSProperties
                }
              />
            ) : null,
          )}
          {shade ? (
            <div
              className={classes.shade}
              title="Some verifier could still accept it in this time"
              // it may go on beyond what is drawn
              style={{
                left: place(Date.parse(shade.from)),
                width: widthOf(shadeEndsMs - Date.parse(shade.from)),
              }}
            />
          ) : null}
          {used.length > 0 ? (
            <div className={classes.most}>
              <span>{groupedNumber(most)}</span>
            </div>
          ) : null}
          <LifelineBars
            used={used}
            bucketSeconds={bucketSeconds}
            most={most}
            hasIssues={hasIssues}
            startMs={startMs}
            endsMs={marks.filter(({ tone }) => tone === "revoked").map(({ at }) => Date.parse(at))}
            place={place}
            widthOf={widthOf}
          />
          {drawn.map(({ name, color, from: start, begins, ends }) => (
            <div
              key={start}
              className={classes.phase}
              title={name}
              style={{ left: place(begins), width: widthOf(ends - begins), background: color }}
            />
          ))}
          {layouts.map(({ layout, placed }) => (
            <MarksLayer
              key={layout.name}
              layout={layout}
              marks={marked}
              placed={placed}
              none={used.length === 0 ? "Not used in this time." : null}
            />
          ))}
        </div>
        {LAYOUTS.map((layout) => (
          <AxisLayer key={layout.name} layout={layout} fromMs={fromMs} toMs={toMs} clock={clock} />
        ))}
      </div>
      <LifelineCaption
        bucketSeconds={bucketSeconds}
        hasIssues={hasIssues}
        isUnused={used.length > 0 && isUnused}
        phases={drawn}
        hasShade={shade !== undefined}
        zone={zone}
      >
        <TableToggle isOpen={isTable} onToggle={() => setIsTable((was) => !was)} />
      </LifelineCaption>
      {isTable ? (
        <TableTwin
          title="Uses over time"
          counted={["Allowed", "Refused", ...(hasIssues ? ["Issued"] : [])]}
          rows={used.map(({ at, allowed, refused, issued = 0 }) => ({
            at,
            values: [allowed, refused, issued],
          }))}
        />
      ) : null}
    </figure>
  );
}
