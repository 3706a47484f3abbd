"use client";

import { type MouseEvent, memo } from "react";
import { CheckBox } from "./check-box.tsx";
import type { DataTableColumn, ListRow } from "./columns.ts";
import classes from "./data-table.module.css";
import type { ListTable } from "./use-list-table.ts";

type TableRowProps<Row extends ListRow> = {
  table: ListTable<Row>;
  row: ReturnType<ListTable<Row>["getRowModel"]>["rows"][number];
  /** What the row says; while this is the same object it is not drawn again. */
  original: Row;
  columns: DataTableColumn<Row>[];
  /** Ids of the columns that are shown. */
  shown: string;
  name: string;
  isSelectable: boolean;
  isSelected: boolean;
  isOpen: boolean;
  isAtCursor: boolean;
  isFaded: boolean;
  isPressable: boolean;
  /** A constant. */
  onPress: (event: MouseEvent, row: Row) => void;
};

function PlainRow<Row extends ListRow>(props: TableRowProps<Row>) {
  const { table, row, original, name, isSelectable, isSelected, onPress } = props;
  return (
    <tr
      id={`row-${row.id}`}
      data-selected={isSelected || undefined}
      data-open={props.isOpen || undefined}
      data-cursor={props.isAtCursor || undefined}
      data-faded={props.isFaded || undefined}
      data-pressable={props.isPressable || undefined}
      onClick={(event) => onPress(event, original)}
      onAuxClick={(event) => onPress(event, original)}
    >
      {isSelectable ? (
        <td className={classes.check}>
          <CheckBox
            label={`Select ${name}`}
            isChecked={isSelected}
            onChange={row.getToggleSelectedHandler()}
          />
        </td>
      ) : null}
      {row.getVisibleCells().map((cell) => {
        const meta = cell.column.columnDef.meta;
        return (
          <td key={cell.id} data-label={meta?.header} data-align={meta?.align} data-on-card={meta?.onCard}>
            <table.FlexRender cell={cell} />
          </td>
        );
      })}
    </tr>
  );
}

type Compared = Omit<TableRowProps<ListRow>, "table" | "row">;

/** TanStack makes its rows anew for each change of the list, whatever they say: they are not compared. */
function isSame(was: Compared, next: Compared): boolean {
  const keys: (keyof Compared)[] = [
    "original",
    "columns",
    "shown",
    "name",
    "isSelectable",
    "isSelected",
    "isOpen",
    "isAtCursor",
    "isFaded",
    "isPressable",
    "onPress",
  ];
  return keys.every((key) => was[key] === next[key]);
}

/** One row of a list: drawn again only when it says something else. */
export const TableRow = memo(PlainRow, (was, next) =>
  isSame(was as unknown as Compared, next as unknown as Compared),
) as typeof PlainRow;
