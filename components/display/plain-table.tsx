import { VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./plain-table.module.css";
import { shown } from "./shown.ts";

export type PlainColumn<Row> = {
  header: string;
  cell: (row: Row) => ReactNode;
  align?: "end";
  /** Read out, not shown: over buttons that say what they do. */
  isUntitled?: boolean;
  /** Left out where it is narrow. */
  isExtra?: boolean;
  /** Takes as many lines as it needs: a long text does not push what stands after it out of sight. */
  isWrapping?: boolean;
};

/** A short table inside of a card, without paging: what is here is all there is. */
export function PlainTable<Row>({
  name,
  columns,
  rows,
  keyOf,
}: {
  /** For screen readers. */
  name: string;
  columns: PlainColumn<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.frame} aria-label={name} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map(({ header, align, isUntitled, isExtra, isWrapping }) => (
              <th key={header} scope="col" data-align={align} data-extra={isExtra} data-wrapping={isWrapping}>
                {isUntitled ? <VisuallyHidden>{header}</VisuallyHidden> : header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} id={`row-${keyOf(row)}`}>
              {columns.map(({ header, cell, align, isExtra, isWrapping }) => (
                <td key={header} data-align={align} data-extra={isExtra} data-wrapping={isWrapping}>
                  {shown(cell(row))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
