import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./banner.module.css";

/** What stands above every page until somebody has looked at it. */
export function Banner({ label, children }: { label: string; children: ReactNode }) {
  return (
    <aside className={classes.banner} aria-label={label}>
      <IconAlertTriangle size={18} aria-hidden className={classes.icon} />
      <p>{children}</p>
    </aside>
  );
}
