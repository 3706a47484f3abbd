"use client";

import { useClock } from "./clock.tsx";
import classes from "./expiry-bar.module.css";

type ExpiryBarProps = { from: string; to: string; tone?: "accent" | "suspended" };

/** How much of a lifetime is left, as a bar. The words beside it say the same. */
export function ExpiryBar({ from, to, tone = "accent" }: ExpiryBarProps) {
  const start = Date.parse(from);
  const end = Date.parse(to);
  const percent = useClock((now) => {
    const left = end > start ? (end - now) / (end - start) : 0;
    return Math.round(Math.min(1, Math.max(0, left)) * 100);
  });
  return (
    <span className={classes.track} aria-hidden>
      <span
        className={classes.left}
        data-tone={tone}
        data-low={percent < 15 || undefined}
        style={{ width: `${percent}%` }}
      />
    </span>
  );
}
