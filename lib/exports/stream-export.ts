import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { ListQuery, Total } from "../list-query/define-table.ts";
import { parseListText } from "../lists/parse-list-text.ts";
import { isStillSignedIn } from "../live/is-still-signed-in.ts";
import { encoderOf } from "./encode.ts";
import { type ExportEnd, endExport } from "./end-export.ts";
import type { ExportDetail } from "./model.ts";
import { noteProgress } from "./note-progress.ts";
import { EXPORT_SOURCES, type ExportPage } from "./sources.ts";

export type StreamOptions = {
  /** Rows of one statement. */
  pageSize?: number;
  /** How often progress is written down and the wish to go on is asked. */
  noteEveryMs?: number;
  /** A reader that takes nothing for so long is gone. Sockets hold megabytes for a slow one, who then seems to take nothing. */
  readWithinMs?: number;
};

const SMALLEST_PAGE = 50;

/** What ended an export before its last row; the reader's connection breaks with it, so that nobody takes the file for whole. */
class ExportStopped extends Error {
  // by this name servers know an answer that was broken off on purpose from one that failed
  override name = "AbortError";
}

/**
 * Writes a begun export as its reader takes it: one page in memory and the next one being read, by short statements, and no further while the reader is busy. Rows that came to be
 * after it began are left out. The end is on record before the reader sees it. An ended session or a lost permission stops it.
 */
export function streamExport(
  ctx: Context,
  given: ExportDetail,
  { pageSize = 2_000, noteEveryMs = 1_000, readWithinMs = 600_000 }: StreamOptions = {},
): ReadableStream<Uint8Array> {
  const source = EXPORT_SOURCES[given.list];
  const encode = encoderOf(given.format, source.columns, source.eventOf);
  const read = source.readPage;
  const text = new TextEncoder();
  const beganAt = ctx.now.toISOString();
  let query: ListQuery = { ...parseListText(given.list, given.query, "query"), pageSize };
  const progress: { rows: number; bytes: number; total: Total | null } = { rows: 0, bytes: 0, total: null };
  let hasEnded = false;
  let ahead: Promise<ExportPage> | null = null;
  let isFirst = true;
  let askedAtMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  // the clock of the act runs on: entries of its end stand at the end
  const startedMs = performance.now();
  const now = () => new Date(ctx.now.getTime() + (performance.now() - startedMs));

  async function end(state: ExportEnd["state"], problem: string | null): Promise<void> {
    if (hasEnded) return;
    hasEnded = true;
    clearTimeout(timer);
    await endExport({ ...ctx, now: now() }, given.id, {
      state,
      problem,
      rows: progress.rows,
      bytes: progress.bytes,
    });
    // nothing of it is being read any more once it has ended
    await ahead?.catch(() => {});
  }

  async function stop(
    controller: ReadableStreamDefaultController<Uint8Array>,
    state: ExportEnd["state"],
    problem: string,
    cause: unknown = new ExportStopped(problem),
  ): Promise<void> {
    if (hasEnded) return;
    try {
      await end(state, problem);
    } finally {
      controller.error(cause);
    }
  }

  async function look(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      const wish = await noteProgress({ ...ctx, now: now() }, given.id, progress);
      if (wish === "cancelled") return await stop(controller, "cancelled", "It was cancelled.");
      if (wish === "ended") return await stop(controller, "cut", "It was ended elsewhere.");
      if (!(await isStillSignedIn(ctx, now())))
        return await stop(controller, "cut", "The session or API token that asked for it ended.");
      if (performance.now() - askedAtMs > readWithinMs)
        return await stop(controller, "cut", "Its reader stopped reading.");
    } catch {
      // the database is away: the next page fails of it and says so
    }
    if (!hasEnded) timer = setTimeout(() => void look(controller), noteEveryMs).unref();
  }

  /** A page that takes too long is asked for in smaller pieces, before the export is given up. */
  async function readPage(): Promise<ExportPage> {
    for (;;)
      try {
        return await read(ctx, query);
      } catch (error) {
        const isTooLong = error instanceof DomainError && error.code === "UNAVAILABLE";
        if (!isTooLong || query.pageSize <= SMALLEST_PAGE) throw error;
        query = { ...query, pageSize: Math.max(SMALLEST_PAGE, Math.floor(query.pageSize / 4)) };
      }
  }

  /** The next page; the one after it is read while this one is written. */
  async function nextPage(): Promise<ExportPage> {
    const page = await (ahead ?? readPage());
    query = { ...query, cursor: page.next };
    ahead = page.next === null || hasEnded ? null : readPage();
    // told by whoever waits for it
    ahead?.catch(() => {});
    return page;
  }

  async function nextPiece(): Promise<{ piece: string; isLast: boolean }> {
    const page = await nextPage();
    if (isFirst && source.count === undefined) progress.total = page.total ?? null;
    const rows = page.rows.filter((row) => source.bornAt(row) <= beganAt);
    if (given.rowsMax !== null && progress.rows + rows.length > given.rowsMax)
      throw new ExportStopped(
        `It came to more than ${given.rowsMax.toLocaleString("en")} rows, which is more than was approved.`,
      );
    const piece = encode(rows, isFirst);
    isFirst = false;
    progress.rows += rows.length;
    return { piece, isLast: page.next === null };
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // without it nobody knows how much is left, and nothing else is lost
        void source
          .count?.(ctx, query)
          .then((total) => (progress.total = total))
          .catch(() => {});
        timer = setTimeout(() => void look(controller), noteEveryMs).unref();
      },
      async pull(controller) {
        try {
          for (;;) {
            askedAtMs = Number.POSITIVE_INFINITY;
            const { piece, isLast } = await nextPiece();
            if (hasEnded) return;
            const bytes = text.encode(piece);
            progress.bytes += bytes.length;
            if (isLast) await end("completed", null);
            if (bytes.length > 0) controller.enqueue(bytes);
            if (isLast) return controller.close();
            if (bytes.length > 0) return;
          }
        } catch (error) {
          if (hasEnded) return controller.error(error);
          if (error instanceof ExportStopped)
            return await stop(controller, "cut", error.message, error).catch(() => {});
          const why = error instanceof DomainError ? error.message : "The database could not be read.";
          await stop(controller, "failed", why, error).catch(() => {});
        } finally {
          askedAtMs = performance.now();
        }
      },
      async cancel() {
        await end("cut", "Its reader went away.");
      },
    },
    { highWaterMark: 1 },
  );
}
