"use client";

import { type MouseEvent, useState } from "react";
import { useHold } from "../live/live.tsx";
import { CheckBox } from "./check-box.tsx";
import type { ListRow } from "./columns.ts";
import classes from "./data-table.module.css";
import type { ListTable } from "./use-list-table.ts";

type TableRowsProps<Row extends ListRow> = {
  table: ListTable<Row>;
  isSelectable: boolean;
  isPressable: boolean;
  openId: string | null;
  cursorId: string | null;
  nameOf: (row: Row) => string;
  isFaded: ((row: Row) => boolean) | undefined;
  onPress: (event: MouseEvent, row: Row) => void;
};

/**
 * The rows of a page, which stay still while a person points at them or has one chosen. What a press does, the list's keys and the
 * links inside of a row do as well.
 */
export function TableRows<Row extends ListRow>(props: TableRowsProps<Row>) {
  const { table, isSelectable, isPressable, openId, cursorId, nameOf, isFaded, onPress } = props;
  const [isPointed, setIsPointed] = useState(false);
  useHold(
    isPointed ||
      openId !== null ||
      cursorId !== null ||
      table.getIsSomeRowsSelected() ||
      table.getIsAllRowsSelected(),
  );
  return (
    <tbody onPointerEnter={() => setIsPointed(true)} onPointerLeave={() => setIsPointed(false)}>
      {table.getRowModel().rows.map((row) => (
        <tr
          key={row.id}
          id={`row-${row.id}`}
          data-selected={row.getIsSelected() || undefined}
          data-open={row.id === openId || undefined}
          data-cursor={row.id === cursorId || undefined}
          data-faded={isFaded?.(row.original) || undefined}
          data-pressable={isPressable || undefined}
          onClick={(event) => onPress(event, row.original)}
          onAuxClick={(event) => onPress(event, row.original)}
        >
          {isSelectable ? (
            <td className={classes.check}>
              <CheckBox
                label={`Select ${nameOf(row.original)}`}
                isChecked={row.getIsSelected()}
                onChange={row.getToggleSelectedHandler()}
              />
            </td>
          ) : null}
          {row.getVisibleCells().map((cell) => {
            const meta = cell.column.columnDef.meta;
            return (
              <td
                key={cell.id}
                data-label={meta?.header}
                data-align={meta?.align}
                data-on-card={meta?.onCard}
              >
                <table.FlexRender cell={cell} />
              </td>
            );
          })}
        </tr>
      ))}
    </tbody>
  );
}
