import type { ReactNode } from "react";
import classes from "./cards.module.css";

/** Short cards side by side, as wide and as high as each other; under each other where there is no room. */
export function Cards({ children }: { children: ReactNode }) {
  return <div className={classes.cards}>{children}</div>;
}
