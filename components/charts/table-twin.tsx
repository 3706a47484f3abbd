"use client";

import { UnstyledButton } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import { localWords, utcWords } from "../display/instant.tsx";
import { groupedNumber } from "../display/number-text.tsx";
import { Scroller } from "../display/scroller.tsx";
import classes from "./table-twin.module.css";

/** Shows and hides the numbers of a chart over time as a table. */
export function TableToggle({ isOpen, onToggle }: { isOpen: boolean; onToggle: () => void }) {
  return (
    <UnstyledButton className={classes.toggle} aria-expanded={isOpen} onClick={onToggle}>
      {isOpen ? "Hide the table" : "As a table"}
    </UnstyledButton>
  );
}

/** The numbers of a chart over time as a table: one row a step, a column for each of what is counted. */
export function TableTwin({
  title,
  counted,
  rows,
}: {
  /** Of what: "Uses over time". */
  title: string;
  counted: readonly string[];
  /** In the order of the table; `values` in the order of what is counted. */
  rows: readonly { at: string; values: readonly number[] }[];
}) {
  const isMounted = useMounted();
  return (
    <Scroller className={classes.tableFrame} label={`${title}, as a table`}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th>From</th>
            {counted.map((name) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, values }) => (
            <tr key={at}>
              <td>{isMounted ? localWords(at) : utcWords(at)}</td>
              {counted.map((name, index) => (
                <td key={name}>{groupedNumber(values[index] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}
