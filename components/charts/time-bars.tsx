"use client";

import { useMounted } from "@mantine/hooks";
import { useState } from "react";
import { durationWords } from "../display/duration.ts";
import { localWords, utcWords } from "../display/instant.tsx";
import { groupedNumber } from "../display/number-text.tsx";
import { Hint } from "../on-demand/hint.tsx";
import { niceMax } from "./axis.ts";
import { TableToggle, TableTwin } from "./table-twin.tsx";
import classes from "./time-bars.module.css";

export type BarSeries = { name: string; tone: "active" | "revoked" | "standby" | "suspended" };

type TimeBarsProps = {
  /** What the bars count, for the table and screen readers: "Events per minute". */
  title: string;
  series: BarSeries[];
  stepSeconds: number;
  /** Oldest first; `values` in the order of the series, stacked from below. */
  points: { at: string; values: number[] }[];
};

const LABELS = 6;

function clock(at: string, isLong: boolean, isLocal: boolean): string {
  return new Intl.DateTimeFormat("en-GB", {
    ...(isLong ? { weekday: "short" } : {}),
    hour: "2-digit",
    minute: "2-digit",
    ...(isLocal ? {} : { timeZone: "UTC" }),
  }).format(new Date(at));
}

/** Stacked bars over time, made of plain elements: there with the page, no chart library to wait for. With a table twin. */
export function TimeBars({ title, series, stepSeconds, points }: TimeBarsProps) {
  const isMounted = useMounted();
  const [isTable, setIsTable] = useState(false);
  const most = niceMax(
    Math.max(...points.map((point) => point.values.reduce((sum, value) => sum + value, 0))),
  );
  const every = Math.max(1, Math.ceil(points.length / LABELS));
  const zone = isMounted ? Intl.DateTimeFormat().resolvedOptions().timeZone : "UTC";
  const isLong = stepSeconds * points.length > 86_400;
  const isQuiet = points.every((point) => point.values.every((value) => value === 0));

  return (
    <figure className={classes.figure}>
      <div className={classes.plot} aria-hidden>
        {isQuiet ? null : <span className={classes.most}>{groupedNumber(most)}</span>}
        {points.map((point, index) => (
          <Hint
            key={point.at}
            openDelay={0}
            label={
              <>
                {series.map((one, at) => (
                  <div key={one.name}>
                    {groupedNumber(point.values[at] ?? 0)} {one.name}
                  </div>
                ))}
                <div>{localWords(point.at)}</div>
                <div>{utcWords(point.at)}</div>
                {index === points.length - 1 ? <div>still running</div> : null}
              </>
            }
          >
            <span className={classes.bar} data-running={index === points.length - 1 || undefined}>
              {series
                .map((one, at) => ({ one, value: point.values[at] ?? 0 }))
                .reverse()
                .map(({ one, value }) =>
                  value > 0 ? (
                    <span
                      key={one.name}
                      className={classes.part}
                      data-tone={one.tone}
                      style={{ height: `${(value / most) * 100}%` }}
                    />
                  ) : null,
                )}
            </span>
          </Hint>
        ))}
        {isQuiet ? <span className={classes.quiet}>Nothing in this time</span> : null}
      </div>
      <div className={classes.axis} aria-hidden>
        {points.map((point, index) =>
          index % every === 0 ? (
            <span
              key={point.at}
              style={{ left: `${(index / points.length) * 100}%` }}
              suppressHydrationWarning
            >
              {clock(point.at, isLong, isMounted)}
            </span>
          ) : null,
        )}
      </div>
      <figcaption className={classes.caption}>
        <span>
          Per {durationWords(stepSeconds).replace(/^1 /, "")} ·{" "}
          {series.map((one) => (
            <span key={one.name} className={classes.key}>
              <i data-tone={one.tone} /> {one.name}
            </span>
          ))}
          · times in {zone}
        </span>
        <TableToggle isOpen={isTable} onToggle={() => setIsTable((was) => !was)} />
      </figcaption>
      {isTable ? (
        <TableTwin title={title} counted={series.map(({ name }) => name)} rows={points.toReversed()} />
      ) : null}
    </figure>
  );
}
