import type { ReactNode } from "react";
import classes from "./narrow.module.css";

/** What the columns of a short table say that are left out where it is narrow (`isExtra`): under what stays of the row. */
export function Narrow({ children }: { children: ReactNode }) {
  return <div className={classes.narrow}>{children}</div>;
}
