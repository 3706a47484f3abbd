import type { ReactNode } from "react";
import classes from "./columns.module.css";

/** A wide column and a narrow one beside it; under each other where there is no room. */
export function Columns({ main, side }: { main: ReactNode; side: ReactNode }) {
  return (
    <div className={classes.columns}>
      <div className={classes.column}>{main}</div>
      <div className={classes.column}>{side}</div>
    </div>
  );
}
