import type { ReactNode } from "react";
import classes from "./state.module.css";

type EmptyStateProps = {
  /** Where it is all that the page has: the title is the page's own. */
  isPage?: boolean;
  icon?: ReactNode;
  title: string;
  /** What to do next, in a sentence or two. */
  children?: ReactNode;
  action?: ReactNode;
};

/** Nothing here yet, and what to do about it. Never used for a failure. */
export function EmptyState({ icon, title, children, action, isPage = false }: EmptyStateProps) {
  const Title = isPage ? "h1" : "p";
  return (
    <div className={classes.state}>
      {icon ? (
        <span className={classes.icon} aria-hidden>
          {icon}
        </span>
      ) : null}
      <Title className={classes.title}>{title}</Title>
      {children ? <div className={classes.text}>{children}</div> : null}
      {action ? <div className={classes.actions}>{action}</div> : null}
    </div>
  );
}
