"use client";

import { usePathname, useRouter } from "next/navigation";
import type { ReactNode } from "react";
import type { HistogramSeries } from "#components/charts/stacked-histogram.tsx";
import { listAddress, withFilters } from "#components/data-table/list-address.ts";
import type { UseHistogram as Histogram, UseOutcome } from "#lib/audit/model.ts";
import { type TokenUsesQuery, tokenUsesTable } from "#lib/audit/table.ts";
import { OUTCOME_WORDS } from "#lib/audit/use-words.ts";
import { type Fold, withFolds } from "./folds.ts";
import { LogChart } from "./log-chart.tsx";
import { auditWords as words } from "./words.ts";

const SERIES: HistogramSeries<UseOutcome>[] = [
  { key: "allowed", label: OUTCOME_WORDS.allowed, tone: "allowed" },
  { key: "issued", label: OUTCOME_WORDS.issued, tone: "issued" },
  { key: "refused", label: OUTCOME_WORDS.refused, tone: "refused" },
];

/** The log's uses over time. */
export function UseHistogram({
  histogram,
  query,
  opened,
  tools,
}: {
  histogram: Histogram;
  query: TokenUsesQuery;
  /** What stays open below it. */
  opened: readonly Fold[];
  tools?: ReactNode;
}) {
  const router = useRouter();
  const path = usePathname();
  return (
    <LogChart
      name={words.histogram}
      series={SERIES}
      histogram={histogram}
      at={query.filters.at}
      token={query.filters.token}
      tools={tools}
      onTime={(at) =>
        router.push(
          withFolds(listAddress(path, tokenUsesTable, withFilters(query, { ...query.filters, at })), opened),
          { scroll: false },
        )
      }
    />
  );
}
