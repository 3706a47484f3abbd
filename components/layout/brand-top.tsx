import type { ReactNode } from "react";
import { Mark } from "../frame/mark.tsx";
import classes from "./doorway.module.css";

/** The head of pages that stand outside of the console's frame: whose they are. */
export function BrandTop({ children }: { children?: ReactNode }) {
  return (
    <header className={classes.top}>
      <span className={classes.brand}>
        <Mark size={26} />
        Tokenwarden
      </span>
      {children}
    </header>
  );
}
