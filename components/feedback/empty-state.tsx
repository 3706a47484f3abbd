import type { ReactNode } from "react";
import classes from "./state.module.css";

type EmptyStateProps = {
  icon?: ReactNode;
  title: string;
  /** What to do next, in a sentence or two. */
  children?: ReactNode;
  action?: ReactNode;
};

/** Nothing here yet, and what to do about it. Never used for a failure. */
export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div className={classes.state}>
      {icon ? (
        <span className={classes.icon} aria-hidden>
          {icon}
        </span>
      ) : null}
      <p className={classes.title}>{title}</p>
      {children ? <div className={classes.text}>{children}</div> : null}
      {action ? <div className={classes.actions}>{action}</div> : null}
    </div>
  );
}
