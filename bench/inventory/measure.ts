import { randomUUID } from "node:crypto";
import { percentile } from "#bench/report/percentile.ts";
import { median } from "#bench/report/statistics.ts";
import type { Context } from "#lib/context.ts";
import type { Database } from "#lib/db/database.ts";
import type { Total } from "#lib/list-query/define-table.ts";
import { parseListQueryStrict } from "#lib/list-query/parse-list-query.ts";
import { countTokens, countTokensExactly } from "#lib/tokens/count-tokens.ts";
import { listTokens } from "#lib/tokens/list-tokens.ts";
import { type TokensQuery, tokensTable } from "#lib/tokens/table.ts";
import type { Question } from "./questions.ts";

/** How long a question took, asked several times. The first time counts too. */
export type Timing = Question & {
  firstMs: number;
  medianMs: number;
  p95Ms: number;
  rows: number;
  total: Total | null;
  /** It was given up. */
  failed: boolean;
};

export function askedAt(db: Database, now: Date): Context {
  const actor = {
    kind: "admin",
    id: randomUUID(),
    name: "bench",
    role: "auditor",
    sessionId: randomUUID(),
  } as const;
  return { db, now, actor, requestId: randomUUID(), ip: null, userAgent: "bench" };
}

export function queryOf(text: string): TokensQuery {
  return parseListQueryStrict(tokensTable, new URLSearchParams(text));
}

async function timed(
  question: Question,
  repeats: number,
  ask: () => Promise<{ rows: number; total: Total | null }>,
): Promise<Timing> {
  const times: number[] = [];
  let answer: { rows: number; total: Total | null } = { rows: 0, total: null };
  let failed = false;
  for (let n = 0; n < repeats && !failed; n += 1) {
    const from = performance.now();
    try {
      answer = await ask();
    } catch (error) {
      if ((error as { code?: string }).code !== "UNAVAILABLE") throw error;
      failed = true;
    }
    times.push(performance.now() - from);
  }
  return {
    ...question,
    ...answer,
    failed,
    firstMs: times[0] ?? Number.NaN,
    medianMs: median(times),
    p95Ms: percentile(times, 0.95),
  };
}

/** A page with the total that comes with it, as the console and the API ask for it. */
export function timePage(ctx: Context, question: Question, repeats: number): Promise<Timing> {
  const query = queryOf(question.text);
  return timed(question, repeats, async () => {
    const { rows, total } = await listTokens(ctx, query);
    return { rows: rows.length, total };
  });
}

export type CountTiming = { name: string; text: string; atOnce: Timing; exactly: Timing };

/** A total: what is known at once, and to the last one. */
export async function timeCount(ctx: Context, question: Question, repeats: number): Promise<CountTiming> {
  const { filters } = queryOf(question.text);
  return {
    ...question,
    atOnce: await timed(question, repeats, async () => ({ rows: 0, total: await countTokens(ctx, filters) })),
    exactly: await timed(question, repeats, async () => ({
      rows: 0,
      total: await countTokensExactly(ctx, filters),
    })),
  };
}
