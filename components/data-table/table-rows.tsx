"use client";

import { type MouseEvent, useCallback, useEffect, useRef, useState } from "react";
import { useHold } from "../live/live.tsx";
import type { DataTableColumn, ListRow } from "./columns.ts";
import { useRowsInView } from "./rows-in-view.ts";
import { TableRow } from "./table-row.tsx";
import type { ListTable } from "./use-list-table.ts";

type TableRowsProps<Row extends ListRow> = {
  table: ListTable<Row>;
  columns: DataTableColumn<Row>[];
  isSelectable: boolean;
  isPressable: boolean;
  /** Of a row, in pixels. */
  rowHeight: number;
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
  const { table, columns, isSelectable, isPressable, openId, cursorId, nameOf, isFaded, onPress } = props;
  const [isPointed, setIsPointed] = useState(false);
  useHold(
    isPointed ||
      openId !== null ||
      cursorId !== null ||
      table.getIsSomeRowsSelected() ||
      table.getIsAllRowsSelected(),
  );
  const latest = useRef(onPress);
  useEffect(() => {
    latest.current = onPress;
  });
  const press = useCallback((event: MouseEvent, row: Row) => latest.current(event, row), []);
  const shown = table
    .getVisibleLeafColumns()
    .map((column) => column.id)
    .join(" ");
  const rows = useRowsInView(table.getRowModel().rows, props.rowHeight);
  return (
    <tbody onPointerEnter={() => setIsPointed(true)} onPointerLeave={() => setIsPointed(false)}>
      {rows.map((row) => (
        <TableRow
          key={row.id}
          table={table}
          row={row}
          original={row.original}
          columns={columns}
          shown={shown}
          name={nameOf(row.original)}
          isSelectable={isSelectable}
          isSelected={row.getIsSelected()}
          isOpen={row.id === openId}
          isAtCursor={row.id === cursorId}
          isFaded={isFaded?.(row.original) ?? false}
          isPressable={isPressable}
          onPress={press}
        />
      ))}
    </tbody>
  );
}
