import { percentile } from "#bench/report/percentile.ts";
import { median } from "#bench/report/statistics.ts";
import { getUseFacets } from "#lib/audit/get-use-facets.ts";
import { getUseHistogram } from "#lib/audit/get-use-histogram.ts";
import { listTokenUses } from "#lib/audit/list-token-uses.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";
import type { Context } from "#lib/context.ts";
import { parseListQueryStrict } from "#lib/list-query/parse-list-query.ts";
import type { Question } from "./questions.ts";

export type Answer = { name: string; medianMs: number; maxMs: number };
export type ExplorerReport = {
  range: string;
  medianMs: number;
  p95Ms: number;
  worst: Answer;
  parts: { histogram: number; facets: number; page: number };
  answers: Answer[];
  /** Facets that were given up. */
  uncounted: number;
};

async function timed<T>(work: Promise<T>): Promise<{ ms: number; value: T }> {
  const at = performance.now();
  const value = await work;
  return { ms: performance.now() - at, value };
}

/** Asks each question over a range as the page does: histogram, facets and first page at once, each question by itself. */
export async function measureExplorer(
  contextNow: () => Context,
  range: string,
  questions: readonly Question[],
  repeats: number,
): Promise<ExplorerReport> {
  const all: number[] = [];
  const parts = { histogram: [] as number[], facets: [] as number[], page: [] as number[] };
  const answers: Answer[] = [];
  let uncounted = 0;
  for (const { name, query } of questions) {
    const parsed = parseListQueryStrict(tokenUsesTable, new URLSearchParams(`at=within:${range}&${query}`));
    const times: number[] = [];
    // the first one finds the database's memory as the question before left it, as a person does
    for (let n = 0; n < repeats; n += 1) {
      const ctx = contextNow();
      const whole = await timed(
        Promise.all([
          timed(getUseHistogram(ctx, parsed.filters)),
          timed(getUseFacets(ctx, parsed.filters)),
          timed(listTokenUses(ctx, parsed)),
        ]),
      );
      const [histogram, facets, page] = whole.value;
      if (!facets.value.isCounted) uncounted += 1;
      const { issued, allowed, refused } = histogram.value.total;
      if (issued + allowed + refused === 0 && page.value.rows.length > 0)
        throw new Error(`${name}, ${range}: the histogram is empty and the page is not`);
      parts.histogram.push(histogram.ms);
      parts.facets.push(facets.ms);
      parts.page.push(page.ms);
      times.push(whole.ms);
    }
    all.push(...times);
    answers.push({ name, medianMs: median(times), maxMs: Math.max(...times) });
  }
  const [worst] = answers.toSorted((one, other) => other.medianMs - one.medianMs);
  return {
    range,
    medianMs: median(all),
    p95Ms: percentile(all, 0.95),
    worst: worst as Answer,
    parts: {
      histogram: percentile(parts.histogram, 0.95),
      facets: percentile(parts.facets, 0.95),
      page: percentile(parts.page, 0.95),
    },
    answers,
    uncounted,
  };
}
