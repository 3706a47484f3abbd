"use client";

import { type FocusEvent, type MouseEvent, useCallback, useEffect, useRef, useState } from "react";
import { useHold } from "../live/live.tsx";
import type { DataTableColumn, ListRow } from "./columns.ts";
import { useGlidingRows } from "./glide.ts";
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
 * The rows of a page, which stay still while a person points at them, is at one by keyboard or has one chosen. What a press does, the
 * list's keys and the links inside of a row do as well.
 */
export function TableRows<Row extends ListRow>(props: TableRowsProps<Row>) {
  const { table, columns, isSelectable, isPressable, openId, cursorId, nameOf, isFaded, onPress } = props;
  const [isPointed, setIsPointed] = useState(false);
  const [isFocused, setIsFocused] = useState(false);
  const body = useRef<HTMLTableSectionElement>(null);
  useHold(
    isPointed ||
      isFocused ||
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
  useGlidingRows(
    body,
    rows.map(({ id }) => id),
    props.rowHeight,
  );
  useEffect(() => {
    // no browser tells that what had the focus is gone
    if (isFocused && body.current?.contains(document.activeElement) !== true) setIsFocused(false);
  });
  /** What is about to be pressed is where one sees it. */
  function point() {
    for (const gliding of body.current?.getAnimations({ subtree: true }) ?? []) gliding.finish();
    setIsPointed(true);
  }
  return (
    <tbody
      ref={body}
      onPointerEnter={point}
      onPointerLeave={() => setIsPointed(false)}
      onFocus={(event: FocusEvent) => setIsFocused(event.target.matches(":focus-visible"))}
      onBlur={() => setIsFocused(false)}
    >
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
