import type { ReactNode } from "react";
import classes from "./state-badge.module.css";

/** A word on a wash: a kind, a mode, an environment. States are told by StateBadge instead. */
export function Tag({
  tone = "expired",
  children,
}: {
  tone?: "active" | "suspended" | "revoked" | "expired" | "standby" | "accent";
  children: ReactNode;
}) {
  return (
    <span className={classes.badge} data-tone={tone}>
      {children}
    </span>
  );
}
