"use client";

import { HoverCard, UnstyledButton } from "@mantine/core";
import classes from "./scope-list.module.css";

type ScopeListProps = {
  values: string[];
  /** What they are, in one and many: ["permission", "permissions"]. */
  what: [one: string, many: string];
  /** How many stand in the row before the "+4". */
  shown?: number;
  plain?: boolean;
};

/** The first values and "+4" for the rest, which shows them all on hover, focus and click. */
export function ScopeList({ values, what, shown = 1, plain = false }: ScopeListProps) {
  if (values.length === 0) return <span className="faint">none</span>;
  const first = values.slice(0, shown);
  const rest = values.length - first.length;
  return (
    <span className={classes.list}>
      {plain ? (
        <span className={classes.plain} title={first.join(", ")}>
          {first.join(", ")}
        </span>
      ) : (
        first.map((value) => (
          <code key={value} className={classes.scope} title={value}>
            {value}
          </code>
        ))
      )}
      {rest > 0 ? (
        <HoverCard openDelay={150} withinPortal shadow="md" position="bottom-start">
          <HoverCard.Target>
            <UnstyledButton
              className={classes.more}
              aria-label={`${rest} more ${rest === 1 ? what[0] : what[1]}`}
              onClick={(event) => event.stopPropagation()}
              tabIndex={-1}
            >
              +{rest}
            </UnstyledButton>
          </HoverCard.Target>
          <HoverCard.Dropdown p="sm">
            <p className={classes.title}>
              {values.length} {what[1]}
            </p>
            <ul className={classes.all}>
              {values.map((value) => (
                <li key={value}>{plain ? value : <code className={classes.scope}>{value}</code>}</li>
              ))}
            </ul>
          </HoverCard.Dropdown>
        </HoverCard>
      ) : null}
    </span>
  );
}
