"use client";

import { UnstyledButton } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from "react";
import { shortDuration } from "../display/duration.ts";
import { groupedNumber } from "../display/number-text.tsx";
import { axisTicks, niceMax } from "./axis.ts";
import { histogramWords } from "./histogram-words.ts";
import classes from "./stacked-histogram.module.css";

export type HistogramSeries<Key extends string> = {
  key: Key;
  label: string;
  tone: "issued" | "allowed" | "refused";
};
export type HistogramBucket<Key extends string> = { at: string } & Record<Key, number>;

type StackedHistogramProps<Key extends string> = {
  name: string;
  /** Stacked from below. */
  series: HistogramSeries<Key>[];
  /** Oldest first, without gaps. */
  buckets: HistogramBucket<Key>[];
  bucketSeconds: number;
  /** What time it looks at, in words, which may name instants in the reader's zone; its first and last instant unless told. */
  span?: string | ((instant: (ms: number) => string) => string);
  /** A range that was dragged or a bar that was pressed, in milliseconds. */
  onRange?: (fromMs: number, untilMs: number) => void;
  height?: number;
  /** Beside the way to the table. */
  tools?: ReactNode;
};

/** Counts over time, stacked; drag to look closer. Its twin is a table, one press away. */
export function StackedHistogram<Key extends string>(props: StackedHistogramProps<Key>) {
  const { name, series, buckets, bucketSeconds, span, onRange, height = 112, tools } = props;
  const isMounted = useMounted();
  const [isTable, setIsTable] = useState(false);
  const [pointed, setPointed] = useState<number | null>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const plot = useRef<HTMLDivElement>(null);
  const sumOf = (bucket: HistogramBucket<Key>) => series.reduce((sum, { key }) => sum + bucket[key], 0);
  const max = niceMax(Math.max(0, ...buckets.map(sumOf)));
  const isQuiet = buckets.every((bucket) => sumOf(bucket) === 0);
  const zone = isMounted ? undefined : "UTC";
  const shown = pointed === null ? null : (buckets[pointed] ?? null);

  const [first, last] = [buckets[0], buckets.at(-1)];
  const words = histogramWords({
    bucketSeconds,
    fromMs: first ? Date.parse(first.at) : 0,
    toMs: last ? Date.parse(last.at) : 0,
    timeZone: zone,
  });
  const looksAt =
    (typeof span === "function" ? span(words.instant) : span) ??
    (first && last
      ? `${words.short(Date.parse(first.at))} – ${words.short(Date.parse(last.at) + bucketSeconds * 1000)}`
      : "");

  function indexAt(event: PointerEvent): number {
    const box = plot.current?.getBoundingClientRect();
    if (!box || box.width === 0) return 0;
    const at = Math.floor(((event.clientX - box.left) / box.width) * buckets.length);
    return Math.min(buckets.length - 1, Math.max(0, at));
  }

  function choose(from: number, to: number) {
    const first = buckets[Math.min(from, to)];
    const last = buckets[Math.max(from, to)];
    if (onRange && first && last) onRange(Date.parse(first.at), Date.parse(last.at) + bucketSeconds * 1000);
  }

  function pressKey(event: KeyboardEvent) {
    const at = pointed ?? buckets.length - 1;
    if (event.key === "ArrowLeft") setPointed(Math.max(0, at - 1));
    else if (event.key === "ArrowRight") setPointed(Math.min(buckets.length - 1, at + 1));
    else if (event.key === "Enter" && pointed !== null) choose(pointed, pointed);
    else return;
    event.preventDefault();
  }

  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <span className={classes.legend}>
          {series.map(({ key, label, tone }) => (
            <span key={key} className={classes.entry}>
              <i className={classes.swatch} data-tone={tone} aria-hidden />
              {label}{" "}
              <strong>
                {groupedNumber((shown ? [shown] : buckets).reduce((sum, bucket) => sum + bucket[key], 0))}
              </strong>
            </span>
          ))}
        </span>
        <span className={classes.when} aria-live="polite">
          {shown
            ? words.exact(Date.parse(shown.at))
            : `${looksAt} · per ${shortDuration(bucketSeconds)} · times in ${words.zone}`}
        </span>
        <UnstyledButton className={classes.twin} aria-pressed={isTable} onClick={() => setIsTable(!isTable)}>
          {isTable ? "As a chart" : "As a table"}
        </UnstyledButton>
        {tools}
      </figcaption>
      {isTable ? (
        <HistogramTable
          name={name}
          series={series}
          buckets={buckets}
          when={words.exact}
          height={height + 24}
        />
      ) : (
        <>
          <p className={classes.top} aria-hidden>
            {isQuiet ? "\u00a0" : groupedNumber(max)}
          </p>
          {/* biome-ignore lint/a11y/useSemanticElements: a group of bars has no element of its own */}
          <div
            ref={plot}
            className={classes.plot}
            style={{ height }}
            role="group"
            aria-label={`${name}. Arrow keys move over the bars${onRange ? ", Enter looks closer" : ""}. The same as a table is one press away.`}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys are told in its name
            tabIndex={0}
            onKeyDown={pressKey}
            onBlur={() => setPointed(null)}
            onPointerMove={(event) => {
              const at = indexAt(event);
              setPointed(at);
              if (drag) setDrag({ ...drag, to: at });
            }}
            onPointerLeave={() => {
              setPointed(null);
              setDrag(null);
            }}
            onPointerDown={(event) => {
              if (onRange && event.button === 0) setDrag({ from: indexAt(event), to: indexAt(event) });
            }}
            onPointerUp={() => {
              if (drag) choose(drag.from, drag.to);
              setDrag(null);
            }}
          >
            {isQuiet ? <span className={classes.quiet}>Nothing in this time</span> : null}
            {buckets.map((bucket, index) => (
              <span
                key={bucket.at}
                className={classes.bar}
                data-pointed={index === pointed || undefined}
                data-chosen={
                  (drag && index >= Math.min(drag.from, drag.to) && index <= Math.max(drag.from, drag.to)) ||
                  undefined
                }
              >
                {series.map(({ key, tone }) =>
                  bucket[key] === 0 ? null : (
                    <i
                      key={key}
                      className={classes.part}
                      data-tone={tone}
                      style={{ height: `${(bucket[key] / max) * 100}%` }}
                    />
                  ),
                )}
              </span>
            ))}
          </div>
          <div className={classes.axis} aria-hidden suppressHydrationWarning>
            {axisTicks(buckets.map((bucket) => Date.parse(bucket.at))).map(({ ms, share }, index, ticks) => (
              <span key={ms} style={{ left: `${share * 100}%` }} suppressHydrationWarning>
                {words.tick(ms, ticks[index - 1]?.ms)}
              </span>
            ))}
          </div>
        </>
      )}
    </figure>
  );
}

function HistogramTable<Key extends string>({
  name,
  series,
  buckets,
  when,
  height,
}: Pick<StackedHistogramProps<Key>, "name" | "series" | "buckets"> & {
  when: (ms: number) => string;
  height: number;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.tableFrame} style={{ height }} tabIndex={0} aria-label={name}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">From</th>
            {series.map(({ key, label }) => (
              <th key={key} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {buckets.toReversed().map((bucket) => (
            <tr key={bucket.at}>
              <th scope="row">{when(Date.parse(bucket.at))}</th>
              {series.map(({ key }) => (
                <td key={key}>{groupedNumber(bucket[key])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
