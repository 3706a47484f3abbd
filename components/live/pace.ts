import type { News } from "#lib/live/model.ts";

/** Pages are drawn again at most this often, by what the news is. */
const EVERY_MS: Record<News, number> = { urgent: 350, uses: 1_000 };
/** And never sooner than so many times what the last drawing took: a page that is slow to draw leaves time for the person. */
const TIMES_TAKEN: Record<News, number> = { urgent: 1.25, uses: 2 };
/** However long a page takes to draw, it follows what happens at least this often. */
const AT_LEAST_EVERY_MS = 15_000;

export type LastDrawing = { startedAtMs: number; tookMs: number };

/** How long to wait before a page is drawn again. */
export function waitBeforeDrawing(last: LastDrawing, news: News, nowMs: number): number {
  const every = Math.max(EVERY_MS[news], Math.min(AT_LEAST_EVERY_MS, last.tookMs * TIMES_TAKEN[news]));
  return Math.max(0, last.startedAtMs + every - nowMs);
}
