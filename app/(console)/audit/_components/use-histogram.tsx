"use client";

import { usePathname, useRouter } from "next/navigation";
import { type HistogramSeries, StackedHistogram } from "#components/charts/stacked-histogram.tsx";
import { listAddress, withFilters } from "#components/data-table/list-address.ts";
import { durationWords } from "#components/display/duration.ts";
import { Instant } from "#components/display/instant.tsx";
import type { UseHistogram as Histogram, UseOutcome } from "#lib/audit/model.ts";
import { type TokenUsesQuery, tokenUsesTable } from "#lib/audit/table.ts";
import { OUTCOME_WORDS } from "#lib/audit/use-words.ts";
import { RANGES, auditWords as words } from "./words.ts";

function rangeWords(seconds: number): string {
  return RANGES.find((range) => range.seconds === seconds)?.word ?? durationWords(seconds);
}

const SERIES: HistogramSeries<UseOutcome>[] = [
  { key: "allowed", label: OUTCOME_WORDS.allowed, tone: "allowed" },
  { key: "issued", label: OUTCOME_WORDS.issued, tone: "issued" },
  { key: "refused", label: OUTCOME_WORDS.refused, tone: "refused" },
];

/** The log's uses over time; a dragged range becomes the list's own filter. */
export function UseHistogram({ histogram, query }: { histogram: Histogram; query: TokenUsesQuery }) {
  const router = useRouter();
  const path = usePathname();
  const { at } = query.filters;
  const countedSeconds = Math.round((Date.parse(histogram.to) - Date.parse(histogram.from)) / 1000);
  const isUntilNow = at === undefined || at.type === "within";
  const isCut = histogram.countedFrom > histogram.from;
  const chart = (
    <StackedHistogram
      name={words.histogram}
      series={SERIES}
      buckets={histogram.buckets}
      bucketSeconds={histogram.bucketSeconds}
      {...(isUntilNow && !isCut ? { span: `last ${rangeWords(countedSeconds)}` } : {})}
      onRange={(fromMs, untilMs) => {
        const at = {
          type: "range" as const,
          from: new Date(fromMs).toISOString(),
          to: new Date(untilMs).toISOString(),
        };
        router.push(listAddress(path, tokenUsesTable, withFilters(query, { ...query.filters, at })), {
          scroll: false,
        });
      }}
    />
  );
  if (!isCut) return chart;
  return (
    <>
      {chart}
      <p className="muted" style={{ margin: "4px 0 0" }}>
        {words.countedFrom} <Instant at={histogram.countedFrom} show="exact" focusable />.{" "}
        {words.countedInPart}
      </p>
    </>
  );
}
