import Link from "next/link";
import classes from "./audit-tabs.module.css";
import { auditWords as words } from "./words.ts";

/** The two logs. */
export function AuditTabs({ current }: { current: "uses" | "acts" }) {
  return (
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
    </nav>
  );
}
