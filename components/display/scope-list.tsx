"use client";

import { UnstyledButton } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { OnDemandPopover } from "../on-demand/popover.tsx";
import classes from "./scope-list.module.css";

type ScopeListProps = {
  values: string[];
  /** What they are, in one and many: ["permission", "permissions"]. */
  what: [one: string, many: string];
  /** How many stand in the row before the "+4". */
  shown?: number;
  plain?: boolean;
  /** Takes as many lines as it needs, in place of shortening what stands in one. */
  isWrapping?: boolean;
};

/** The first values and "+4" for the rest, which shows them all on hover, focus and click. */
export function ScopeList({ values, what, shown = 1, plain = false, isWrapping = false }: ScopeListProps) {
  if (values.length === 0) return <span className="faint">none</span>;
  const first = values.slice(0, shown);
  const rest = values.length - first.length;
  return (
    <span className={classes.list} data-wrapping={isWrapping}>
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
      {rest > 0 ? <Rest values={values} rest={rest} what={what} plain={plain} /> : null}
    </span>
  );
}

const OPEN_AFTER_MS = 150;
/** The way from the button to what it shows. */
const CLOSE_AFTER_MS = 150;

/** "+4", which shows them all while it or what it shows is pointed at. */
function Rest({
  values,
  rest,
  what,
  plain,
}: Required<Pick<ScopeListProps, "values" | "what" | "plain">> & { rest: number }) {
  const [isOpen, setIsOpen] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  function set(next: boolean, afterMs: number) {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setIsOpen(next), afterMs);
  }
  const hover = {
    onMouseEnter: () => set(true, OPEN_AFTER_MS),
    onMouseLeave: () => set(false, CLOSE_AFTER_MS),
  };
  return (
    <OnDemandPopover
      isOpen={isOpen}
      onChange={setIsOpen}
      position="bottom-start"
      dropdown={{ p: "sm", ...hover }}
      target={
        <UnstyledButton
          className={classes.more}
          aria-label={`${rest} more ${rest === 1 ? what[0] : what[1]}`}
          onClick={(event) => {
            event.stopPropagation();
            set(true, 0);
          }}
          {...hover}
          tabIndex={-1}
        >
          +{rest}
        </UnstyledButton>
      }
    >
      <p className={classes.title}>
        {values.length} {what[1]}
      </p>
      <ul className={classes.all}>
        {values.map((value) => (
          <li key={value}>{plain ? value : <code className={classes.scope}>{value}</code>}</li>
        ))}
      </ul>
    </OnDemandPopover>
  );
}
