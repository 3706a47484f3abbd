"use client";

import { usePathname, useRouter } from "next/navigation";
import type { HistogramSeries } from "#components/charts/stacked-histogram.tsx";
import { listAddress, withFilters } from "#components/data-table/list-address.ts";
import type { ActOutcome, ActHistogram as Histogram } from "#lib/audit/model.ts";
import { type AuditEntriesQuery, auditEntriesTable } from "#lib/audit/table.ts";
import { LogChart } from "./log-chart.tsx";
import { auditWords as words } from "./words.ts";

const OUTCOMES = auditEntriesTable.filters.outcome.words;
const SERIES: HistogramSeries<ActOutcome>[] = [
  { key: "done", label: OUTCOMES.done, tone: "allowed" },
  { key: "refused", label: OUTCOMES.refused, tone: "refused" },
];

/** The log's acts over time. */
export function ActHistogram({ histogram, query }: { histogram: Histogram; query: AuditEntriesQuery }) {
  const router = useRouter();
  const path = usePathname();
  return (
    <LogChart
      name={words.actsHistogram}
      series={SERIES}
      histogram={histogram}
      at={query.filters.at}
      onTime={(at) =>
        router.push(listAddress(path, auditEntriesTable, withFilters(query, { ...query.filters, at })), {
          scroll: false,
        })
      }
    />
  );
}
