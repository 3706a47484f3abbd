import Link from "next/link";
import type { ReactNode } from "react";
import { shown } from "../display/shown.ts";
import classes from "./page-header.module.css";

export type Crumb = { name: ReactNode; href?: string };

type PageHeaderProps = {
  title: ReactNode;
  /** One line of what the page is for, or of what the thing is. */
  purpose?: ReactNode;
  /** Badges right of the title. */
  badges?: ReactNode;
  /** Buttons at the right; the primary one last. */
  actions?: ReactNode;
  /** The way here, without the page itself where the title says it. */
  crumbs?: Crumb[];
};

/** The head of a page. */
export function PageHeader({ title, purpose, badges, actions, crumbs }: PageHeaderProps) {
  return (
    <header className={classes.header}>
      {crumbs && crumbs.length > 0 ? (
        <nav aria-label="Breadcrumbs" className={classes.crumbs}>
          <ol className={classes.trail}>
            {crumbs.map((crumb, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a trail has a fixed order
              <li key={index}>
                {crumb.href ? (
                  <Link prefetch={false} href={crumb.href}>
                    {shown(crumb.name)}
                  </Link>
                ) : (
                  <span>{shown(crumb.name)}</span>
                )}
              </li>
            ))}
          </ol>
        </nav>
      ) : null}
      <div className={classes.line}>
        <div className={classes.words}>
          <div className={classes.titleLine}>
            <h1 className={classes.title}>{shown(title)}</h1>
            {badges}
          </div>
          {purpose ? <p className={classes.purpose}>{shown(purpose)}</p> : null}
        </div>
        {actions ? <div className={classes.actions}>{actions}</div> : null}
      </div>
    </header>
  );
}

/** The room of a page. `fill` keeps it to the height of the window, for a table that scrolls inside of its frame. */
export function Page({ children, fill = false }: { children: ReactNode; fill?: boolean }) {
  return (
    <div className={classes.page} data-fill={fill || undefined}>
      {children}
    </div>
  );
}
