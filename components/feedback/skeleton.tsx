import type { CSSProperties } from "react";
import classes from "./skeleton.module.css";

/** In pixels; where it is narrow another, as the page's own parts have. */
type Height = { height: number; narrowHeight?: number };

const heights = ({ height, narrowHeight = height }: Height) =>
  ({ "--height": `${height}px`, "--narrow-height": `${narrowHeight}px` }) as CSSProperties;

/** One grey bar where a text will be. Width in any CSS unit. */
export function Bar({
  width = "100%",
  height = 12,
  narrowHeight = height,
}: Partial<Height> & { width?: string | number }) {
  return <span className={classes.bar} style={{ width, ...heights({ height, narrowHeight }) }} />;
}

/** Where a page has a button beside its title, and under it where it is narrow. */
export function SkeletonAction() {
  return <Bar width={130} height={34} />;
}

const WIDTHS = ["72%", "54%", "86%", "63%", "78%", "48%", "92%", "58%"];

/** Rows of a table that is on its way, of the same height as the real ones. */
export function SkeletonRows({ rows = 15, columns = 8 }: { rows?: number; columns?: number }) {
  return (
    <div className={classes.table} aria-hidden>
      <div className={classes.head} />
      {Array.from({ length: rows }, (_, row) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
          key={row}
          className={classes.row}
          style={{ gridTemplateColumns: `28px repeat(${columns}, 1fr)` }}
        >
          <Bar width={16} height={16} />
          {Array.from({ length: columns }, (_, column) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the cells are all alike
            <Bar key={column} width={WIDTHS[(row * 3 + column) % WIDTHS.length] ?? "60%"} />
          ))}
        </div>
      ))}
    </div>
  );
}

/** A list that is on its way: what it is filtered by, and its rows. */
export function SkeletonList({ rows = 18, columns = 8 }: { rows?: number; columns?: number }) {
  return (
    <div className={classes.list}>
      <Bar height={34} narrowHeight={76} />
      <SkeletonRows rows={rows} columns={columns} />
    </div>
  );
}

/** Of a line and what parts it from the next, and of what is around the first and the last. */
const [LINE, AROUND] = [36, 38];

/** A card that is on its way, of the height that it will have. */
export function SkeletonCard({ height, narrowHeight, isForm = false }: Height & { isForm?: boolean }) {
  const lines = Math.max(1, Math.min(18, Math.round((height - AROUND) / LINE)));
  return (
    <div
      className={classes.card}
      style={heights({ height, narrowHeight: narrowHeight ?? height })}
      data-form={isForm || undefined}
      aria-hidden
    >
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
        <Bar key={line} width={line === 0 ? "160px" : (WIDTHS[(line * 3) % WIDTHS.length] ?? "60%")} />
      ))}
    </div>
  );
}

/** Says to a screen reader that something is loading; the bars say it to the eye. */
export function LoadingNote({ what }: { what: string }) {
  return (
    <p role="status" className="for-screen-readers">
      Loading {what}…
    </p>
  );
}
