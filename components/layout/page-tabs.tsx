import Link from "next/link";
import type { ReactNode } from "react";
import classes from "./page-tabs.module.css";

/** The pages of one area, side by side under its title. */
export function PageTabs({
  label,
  tabs,
  current,
  children,
}: {
  label: string;
  tabs: { href: string; name: string }[];
  /** The address of the one that is open. */
  current: string;
  /** At the right of them. */
  children?: ReactNode;
}) {
  return (
    <div className={classes.row}>
      <nav className={classes.tabs} aria-label={label}>
        {tabs.map(({ href, name }) => (
          <Link
            key={href}
            prefetch={false}
            href={href}
            aria-current={href === current ? "page" : undefined}
            className={classes.tab}
          >
            {name}
          </Link>
        ))}
      </nav>
      {children}
    </div>
  );
}
