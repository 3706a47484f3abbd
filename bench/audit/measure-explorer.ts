import { percentile } from "#bench/report/percentile.ts";
import { median } from "#bench/report/statistics.ts";
import { getUseFacets } from "#lib/audit/get-use-facets.ts";
import { getUseHistogram } from "#lib/audit/get-use-histogram.ts";
import { getUseSummary } from "#lib/audit/get-use-summary.ts";
import { listTokenUses } from "#lib/audit/list-token-uses.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";
import type { Context } from "#lib/context.ts";
import { parseListQueryStrict } from "#lib/list-query/parse-list-query.ts";
import type { Question } from "./questions.ts";

export type Answer = {
  name: string;
  medianMs: number;
  maxMs: number;
  /** Milliseconds of each by itself, asked once more, one after the other. */
  apart: { histogram: number; facets: number; page: number; summary: number | null };
};
export type ExplorerReport = {
  range: string;
  medianMs: number;
  p95Ms: number;
  worst: Answer;
  parts: { histogram: number; facets: number; page: number; summary: number };
  answers: Answer[];
  /** Questions whose facets were given up. */
  uncounted: string[];
  /** Questions whose histogram is of the newest part alone. */
  inPart: string[];
  /** Questions whose summary was given up. */
  unsummed: string[];
};

async function timed<T>(work: Promise<T>): Promise<{ ms: number; value: T }> {
  const at = performance.now();
  const value = await work;
  return { ms: performance.now() - at, value };
}

const PARTS = ["histogram", "facets", "page", "summary"] as const;
type Part = (typeof PARTS)[number];

/** Asks each question over a range as the page does: histogram, facets, first page and, of whom one follows, the summary at once; each question by itself. */
export async function measureExplorer(
  contextNow: () => Context,
  range: string,
  questions: readonly Question[],
  repeats: number,
): Promise<ExplorerReport> {
  const all: number[] = [];
  const parts: Record<Part, number[]> = { histogram: [], facets: [], page: [], summary: [] };
  const answers: Answer[] = [];
  const [uncounted, unsummed, inPart] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const { name, query, follows } of questions) {
    const parsed = parseListQueryStrict(tokenUsesTable, new URLSearchParams(`at=within:${range}&${query}`));
    const ask = (ctx: Context) => ({
      histogram: () => getUseHistogram(ctx, parsed.filters),
      facets: () => getUseFacets(ctx, parsed.filters),
      page: () => listTokenUses(ctx, parsed),
      summary: () => (follows ? getUseSummary(ctx, parsed.filters) : null),
    });
    const times: number[] = [];
    // the first one finds the database's memory as the question before left it, as a person does
    for (let n = 0; n < repeats; n += 1) {
      const asked = ask(contextNow());
      const whole = await timed(
        Promise.all([
          timed(asked.histogram()),
          timed(asked.facets()),
          timed(asked.page()),
          timed(Promise.resolve(asked.summary())),
        ]),
      );
      const [histogram, facets, page, summary] = whole.value;
      if (!facets.value.isCounted) uncounted.add(name);
      const isInPart = histogram.value.countedFrom > histogram.value.from;
      if (isInPart) inPart.add(name);
      if (follows && summary.value === null) unsummed.add(name);
      const { issued, allowed, refused } = histogram.value.total;
      if (!isInPart && issued + allowed + refused === 0 && page.value.rows.length > 0)
        throw new Error(`${name}, ${range}: the histogram is empty and the page is not`);
      if (page.value.rows.length > 0 && summary.value !== null && summary.value.uses === 0)
        throw new Error(`${name}, ${range}: the summary is empty and the page is not`);
      parts.histogram.push(histogram.ms);
      parts.facets.push(facets.ms);
      parts.page.push(page.ms);
      if (follows) parts.summary.push(summary.ms);
      times.push(whole.ms);
    }
    const alone = ask(contextNow());
    const apart = {
      histogram: (await timed(alone.histogram())).ms,
      facets: (await timed(alone.facets())).ms,
      page: (await timed(alone.page())).ms,
      summary: follows ? (await timed(Promise.resolve(alone.summary()))).ms : null,
    };
    all.push(...times);
    answers.push({ name, medianMs: median(times), maxMs: Math.max(...times), apart });
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
      summary: percentile(parts.summary, 0.95),
    },
    answers,
    uncounted: [...uncounted],
    inPart: [...inPart],
    unsummed: [...unsummed],
  };
}
