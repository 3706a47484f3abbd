"use client";

import { functionalUpdate, type RowSelectionState, useTable } from "@tanstack/react-table";
import { useEffect, useMemo, useState } from "react";
import { type DataTableColumn, features, type ListRow, toColumns } from "./columns.ts";
import { useTablePreferences } from "./preferences.tsx";
import { shareRows } from "./share-rows.ts";

type ListTableOptions<Row> = {
  name: string;
  rows: Row[];
  columns: DataTableColumn<Row>[];
  isSelectable: boolean;
};

/** TanStack's table over one page of the server's: selection is the page's, columns and density the person's. */
export function useListTable<Row extends ListRow>({
  name,
  rows: given,
  columns,
  isSelectable,
}: ListTableOptions<Row>) {
  const [preferences, setPreferences] = useTablePreferences(name);
  const [selection, setSelection] = useState<RowSelectionState>({});
  const [kept, setKept] = useState({ given, rows: given });
  const rows = kept.given === given ? kept.rows : shareRows(kept.rows, given);
  if (kept.given !== given) setKept({ given, rows });
  const definitions = useMemo(() => toColumns(columns), [columns]);
  const hiddenAtFirst = useMemo(
    () => Object.fromEntries(columns.filter((column) => column.isHiddenAtFirst).map(({ id }) => [id, false])),
    [columns],
  );

  // what left the page is no longer selected
  useEffect(() => {
    setSelection((was) => {
      const here = new Set(rows.map((row) => row.id));
      const kept = Object.keys(was).filter((id) => here.has(id));
      return kept.length === Object.keys(was).length ? was : Object.fromEntries(kept.map((id) => [id, true]));
    });
  }, [rows]);

  const table = useTable({
    features,
    columns: definitions,
    data: rows,
    getRowId: (row: Row) => row.id,
    enableRowSelection: isSelectable,
    columnResizeMode: "onChange",
    state: {
      rowSelection: selection,
      columnVisibility: {
        ...hiddenAtFirst,
        ...Object.fromEntries(Object.entries(preferences.hidden).map(([id, isHidden]) => [id, !isHidden])),
      },
      columnSizing: preferences.sizes,
    },
    onRowSelectionChange: setSelection,
    onColumnSizingChange: (updater) =>
      setPreferences({ sizes: functionalUpdate(updater, preferences.sizes) }),
  });
  return { table, preferences, setPreferences, clearSelection: () => setSelection({}) };
}

export type ListTable<Row extends ListRow> = ReturnType<typeof useListTable<Row>>["table"];
