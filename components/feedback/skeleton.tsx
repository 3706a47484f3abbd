import classes from "./skeleton.module.css";

/** One grey bar where a text will be. Width in any CSS unit. */
export function Bar({ width = "100%", height = 12 }: { width?: string | number; height?: number }) {
  return <span className={classes.bar} style={{ width, height }} />;
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
          <span className={classes.bar} style={{ width: 16, height: 16 }} />
          {Array.from({ length: columns }, (_, column) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the cells are all alike
            <Bar key={column} width={WIDTHS[(row * 3 + column) % WIDTHS.length] ?? "60%"} />
          ))}
        </div>
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
