"use client";

import { Button } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { LiveDot } from "../live/live.tsx";
import classes from "./data-table.module.css";

type TableFootProps = {
  /** What may be done with the selection, or the note of the list. */
  children: ReactNode;
  /** Whether rows are selected: in a narrow window the foot then stays in sight. */
  isChosen: boolean;
  /** Whether the order is one of time, so that the ways lead to newer and older rows. */
  isByTime: boolean;
  previous: string | null;
  next: string | null;
  onPage: (cursor: string | null) => void;
};

/** Under the rows: what may be done with what is selected, and the way to other pages. */
export function TableFoot({ children, isChosen, isByTime, previous, next, onPage }: TableFootProps) {
  return (
    <footer className={classes.foot} data-chosen={isChosen || undefined}>
      <div className={classes.chosen}>{children}</div>
      <div className={classes.paging}>
        <LiveDot />
        <Button
          leftSection={<IconChevronLeft size={16} />}
          disabled={previous === null}
          onClick={() => onPage(previous)}
        >
          {isByTime ? "Newer" : "Previous"}
        </Button>
        <Button
          rightSection={<IconChevronRight size={16} />}
          disabled={next === null}
          onClick={() => onPage(next)}
        >
          {isByTime ? "Older" : "Next"}
        </Button>
      </div>
    </footer>
  );
}
