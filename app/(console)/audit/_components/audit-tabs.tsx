import Link from "next/link";
import classes from "./audit-tabs.module.css";
import { auditWords as words } from "./words.ts";

/** The two logs, and what is only counted. */
export function AuditTabs({ current }: { current: "uses" | "acts" | "refused" }) {
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
      <Link
        prefetch={false}
        href="/audit/refused"
        aria-current={current === "refused" ? "page" : undefined}
        className={classes.tab}
      >
        {words.refused}
      </Link>
    </nav>
  );
}
