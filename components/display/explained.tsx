"use client";

import type { ReactNode } from "react";
import { Hint } from "../on-demand/hint.tsx";
import classes from "./explained.module.css";

const EVENTS = { hover: true, focus: true, touch: true };

/** Words with what they mean, for whoever points at them or comes to them by keyboard. */
export function Explained({ means, children }: { means: string; children: ReactNode }) {
  return (
    <Hint label={means} events={EVENTS}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what it means is for people without a pointer too */}
      <span className={classes.word} tabIndex={0}>
        {children}
      </span>
    </Hint>
  );
}
