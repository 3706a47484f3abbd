"use client";

import type { ReactNode } from "react";
import { type HistogramSeries, StackedHistogram } from "#components/charts/stacked-histogram.tsx";
import { Instant } from "#components/display/instant.tsx";
import type { TimeValue } from "#lib/list-query/define-table.ts";
import { CHART_HEIGHT, chartSpan } from "./chart-span.ts";
import { auditWords as words } from "./words.ts";

type LogChartProps<Key extends string> = {
  name: string;
  series: HistogramSeries<Key>[];
  histogram: {
    from: string;
    to: string;
    countedFrom: string;
    bucketSeconds: number;
    buckets: ({ at: string } & Record<Key, number>)[];
  };
  /** What time is asked for. */
  at: TimeValue | undefined;
  /** The token that is followed. */
  token?: string | undefined;
  onTime: (at: TimeValue) => void;
  tools?: ReactNode;
};

/** What a log holds over time, with the time it looks at in words; a dragged range becomes the list's own filter. */
export function LogChart<Key extends string>(props: LogChartProps<Key>) {
  const { name, series, histogram, at, token, onTime, tools } = props;
  const isCut = histogram.countedFrom > histogram.from;
  const span = isCut ? undefined : chartSpan({ at, token, from: histogram.from, to: histogram.to });
  return (
    <>
      <StackedHistogram
        name={name}
        series={series}
        buckets={histogram.buckets}
        bucketSeconds={histogram.bucketSeconds}
        {...(span === undefined ? {} : { span })}
        height={CHART_HEIGHT}
        tools={tools}
        onRange={(fromMs, untilMs) =>
          onTime({
            type: "range",
            from: new Date(fromMs).toISOString(),
            to: new Date(untilMs).toISOString(),
          })
        }
      />
      {isCut ? (
        <p className="muted" style={{ margin: "4px 0 0" }}>
          {words.countedFrom} <Instant at={histogram.countedFrom} show="exact" focusable />.{" "}
          {words.countedInPart}
        </p>
      ) : null}
    </>
  );
}
