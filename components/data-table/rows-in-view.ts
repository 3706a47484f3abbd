import { startTransition, useEffect, useState } from "react";

/** How many rows a window can show at the most. */
export function rowsInWindow(windowHeight: number, rowHeight: number): number {
  return Math.max(1, Math.ceil(windowHeight / rowHeight));
}

/** What of a page is drawn at once: what can be in sight, and what is drawn already. */
export function drawnAtOnce<Row extends { id: string }>(
  rows: Row[],
  drawn: ReadonlySet<string>,
  inSight: number,
): Row[] {
  const shown = rows.filter((row, at) => at < inSight || drawn.has(row.id));
  return shown.length === rows.length ? rows : shown;
}

/** The rows of a new page that fit into the window; those below follow once these are on screen, so that nobody waits for what is out of sight. */
export function useRowsInView<Row extends { id: string }>(rows: Row[], rowHeight: number): Row[] {
  const [drawn, setDrawn] = useState<ReadonlySet<string>>(() => new Set(rows.map(({ id }) => id)));
  // the server draws all, and so does the browser's first render
  const inSight = typeof window === "undefined" ? rows.length : rowsInWindow(window.innerHeight, rowHeight);
  const shown = drawnAtOnce(rows, drawn, inSight);
  const isWhole = shown === rows;
  useEffect(() => {
    if (isWhole) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // behind the frame that shows the first ones
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => startTransition(() => setDrawn(new Set(rows.map(({ id }) => id)))));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [rows, isWhole]);
  return shown;
}
