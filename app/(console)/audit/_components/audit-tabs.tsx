import Link from "next/link";
import type { ReactNode } from "react";
import classes from "./audit-tabs.module.css";
import { auditWords as words } from "./words.ts";

type AuditTabsProps = {
  current: "uses" | "acts" | "refused";
  /** At the right of them. */
  children?: ReactNode;
};

/** The two logs, and what is only counted. */
export function AuditTabs({ current, children }: AuditTabsProps) {
  return (
    <div className={classes.row}>
      <nav className={classes.tabs} aria-label="Logs">
        <Link
          prefetch={false}
          href="/audit"
          aria-current={current === "uses" ? "page" : undefined}
          className={classes.tab}
        >
          {words.uses}
        </Link>
        <Link
          prefetch={false}
          href="/audit/acts"
          aria-current={current === "acts" ? "page" : undefined}
          className={classes.tab}
        >
          {words.acts}
        </Link>
        <Link
          prefetch={false}
          href="/audit/refused"
          aria-current={current === "refused" ? "page" : undefined}
          className={classes.tab}
        >
          {words.refused}
        </Link>
      </nav>
      {children}
    </div>
  );
}
