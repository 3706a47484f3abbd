"use client";

import { Button, Drawer, UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowDown, IconArrowUp, IconChevronLeft, IconChevronRight, IconX } from "@tabler/icons-react";
import { functionalUpdate, type RowSelectionState, useTable } from "@tanstack/react-table";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { type MouseEvent, type ReactNode, useEffect, useMemo, useRef, useState, useTransition } from "react";
import type { FilterValues, ListQuery, Page, TableDeclaration, Total } from "#lib/list-query/define-table.ts";
import { EmptyState } from "../feedback/empty-state.tsx";
import { FilterBar, type Suggest } from "../filter-bar/filter-bar.tsx";
import { LiveDot } from "../live/live.tsx";
import { CheckBox } from "./check-box.tsx";
import { type DataTableColumn, features, type ListRow, toColumns } from "./columns.ts";
import classes from "./data-table.module.css";
import { useTableKeys } from "./keyboard.ts";
import { KeyboardHelp } from "./keyboard-help.tsx";
import { type AnyListQuery, listAddress, withFilters, withSort } from "./list-address.ts";
import { useTablePreferences } from "./preferences.ts";
import { TableTools } from "./table-tools.tsx";

type Selection<Row> = { rows: Row[]; clear: () => void };

export type DataTableProps<Row extends ListRow> = {
  declaration: TableDeclaration;
  query: AnyListQuery;
  page: Page<Row>;
  total: Total | null;
  /** What the rows are, in one and many: ["token", "tokens"]. */
  unit: [one: string, many: string];
  /** A constant: columns made in a render are made again in each. */
  columns: DataTableColumn<Row>[];
  /** A row's name for screen readers. */
  nameOf: (row: Row) => string;
  /** A row's page. Without it rows cannot be opened. */
  hrefOf?: (row: Row) => string;
  /** What stands beside the table while a row is open; `row` is null where it is not on this page. */
  drawer?: { title: (id: string, row: Row | null) => ReactNode; body: (id: string, row: Row | null) => ReactNode };
  /** Buttons for what is selected; with it rows can be selected. */
  selectionActions?: (selection: Selection<Row>) => ReactNode;
  /** Keys of this list's own, upon what is selected or else the row of the cursor. */
  keys?: { key: string; does: string; run: (rows: Row[]) => void }[];
  /** Values that the type-ahead offers for a filter. */
  suggest?: Suggest;
  /** Shown where there is nothing at all yet. */
  empty: ReactNode;
  /** At the foot: what is not exact here. */
  note?: ReactNode;
  /** Dimmed rows: ended ones. */
  isFaded?: (row: Row) => boolean;
};

/**
 * A list of the server's: filters, order and page stand in the address; columns, density and selection are the browser's. Rows
 * become cards where it is narrow.
 */
export function DataTable<Row extends ListRow>(props: DataTableProps<Row>) {
  const { declaration, page, total, unit, nameOf, hrefOf, drawer, selectionActions, isFaded } = props;
  const query = props.query as ListQuery;
  const router = useRouter();
  const path = usePathname();
  const [isPending, startTransition] = useTransition();
  const [preferences, setPreferences] = useTablePreferences(declaration.name);
  const [selection, setSelection] = useState<RowSelectionState>({});
  const [cursor, setCursor] = useState<string | null>(null);
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  const isNarrow = useMediaQuery("(max-width: 75em)", false);
  const filterField = useRef<HTMLInputElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const openId = useSearchParams().get("open");

  const columns = useMemo(() => toColumns(props.columns), [props.columns]);
  const hiddenAtFirst = useMemo(
    () => Object.fromEntries(props.columns.filter((c) => c.isHiddenAtFirst).map((c) => [c.id, false])),
    [props.columns],
  );
  const table = useTable({
    features,
    columns,
    data: page.rows,
    getRowId: (row: Row) => row.id,
    enableRowSelection: selectionActions !== undefined,
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
    onColumnSizingChange: (updater) => setPreferences({ sizes: functionalUpdate(updater, preferences.sizes) }),
  });
  const rows = table.getRowModel().rows;
  const selectedRows = rows.filter((row) => row.getIsSelected()).map((row) => row.original);
  const cursorIndex = rows.findIndex((row) => row.id === (cursor ?? openId));

  function go(next: ListQuery) {
    setSelection({});
    setCursor(null);
    startTransition(() => router.push(listAddress(path, declaration, next), { scroll: false }));
    frame.current?.scrollTo({ top: 0 });
  }

  function open(id: string | null, how: "push" | "replace" = "push") {
    const parameters = new URLSearchParams(window.location.search);
    if (id === null) parameters.delete("open");
    else parameters.set("open", id);
    const text = parameters.toString();
    const address = text === "" ? path : `${path}?${text}`;
    if (how === "push") window.history.pushState(null, "", address);
    else window.history.replaceState(null, "", address);
  }

  function pressRow(event: MouseEvent, row: Row) {
    if (!hrefOf || (event.target as HTMLElement).closest("a, button, input, label")) return;
    if ((window.getSelection()?.toString() ?? "") !== "") return;
    if (event.metaKey || event.ctrlKey || event.button === 1) {
      window.open(hrefOf(row), "_blank", "noopener");
      return;
    }
    setCursor(row.id);
    if (drawer) open(row.id, openId === null ? "push" : "replace");
    else router.push(hrefOf(row));
  }

  useTableKeys({
    move(step) {
      const next = rows[Math.min(rows.length - 1, Math.max(0, cursorIndex === -1 ? 0 : cursorIndex + step))];
      if (!next) return;
      setCursor(next.id);
      if (openId !== null) open(next.id, "replace");
      document.getElementById(`row-${next.id}`)?.scrollIntoView({ block: "nearest" });
    },
    open() {
      const row = rows[cursorIndex];
      if (!row || !hrefOf) return;
      if (drawer && openId !== row.id) open(row.id);
      else router.push(hrefOf(row.original));
    },
    select: () => rows[cursorIndex]?.toggleSelected(),
    close: () => (openId === null ? setSelection({}) : open(null)),
    filter: () => filterField.current?.focus(),
    help: () => setIsHelpOpen(true),
    others: Object.fromEntries(
      (props.keys ?? []).map(({ key, run }) => [
        key,
        () => {
          const row = rows[cursorIndex];
          const upon = selectedRows.length > 0 ? selectedRows : row ? [row.original] : [];
          if (upon.length > 0) run(upon);
        },
      ]),
    ),
  });

  // what left the page is no longer selected
  useEffect(() => {
    setSelection((was) => {
      const here = new Set(page.rows.map((row) => row.id));
      const kept = Object.keys(was).filter((id) => here.has(id));
      return kept.length === Object.keys(was).length ? was : Object.fromEntries(kept.map((id) => [id, true]));
    });
  }, [page.rows]);

  const hasFilters = Object.keys(query.filters).length > 0;
  const isEmpty = page.rows.length === 0 && !hasFilters && query.cursor === null;
  const visible = table.getVisibleLeafColumns();
  const minWidth = visible.reduce((sum, column) => sum + column.getSize(), selectionActions ? 36 : 0);
  const openRow = page.rows.find((row) => row.id === openId) ?? null;

  return (
    <div className={classes.list} data-density={preferences.density}>
      <div className={classes.bar}>
        <FilterBar
          declaration={declaration}
          filters={query.filters}
          fieldRef={filterField}
          onChange={(filters: FilterValues<TableDeclaration>) => go(withFilters(query, filters))}
          {...(props.suggest ? { suggest: props.suggest } : {})}
          tools={
            <TableTools
              total={total}
              unit={unit}
              density={preferences.density}
              onDensity={(density) => setPreferences({ density })}
              onReset={() => setPreferences({ hidden: {}, sizes: {} })}
              onHelp={() => setIsHelpOpen(true)}
              columns={table
                .getAllLeafColumns()
                .filter((column) => column.getCanHide())
                .map((column) => ({
                  id: column.id,
                  header: column.columnDef.meta?.header ?? column.id,
                  isVisible: column.getIsVisible(),
                  toggle: () =>
                    setPreferences({ hidden: { ...preferences.hidden, [column.id]: column.getIsVisible() } }),
                }))}
            />
          }
        />
      </div>
      <div className={classes.beside}>
        <div className={classes.card} aria-busy={isPending}>
          {isPending ? <span className={classes.progress} aria-hidden /> : null}
          {isEmpty ? (
            <div className={classes.nothing}>{props.empty}</div>
          ) : page.rows.length === 0 ? (
            <div className={classes.nothing}>
              <EmptyState
                title={`No ${unit[1]} match`}
                action={<Button onClick={() => go(withFilters(query, {}))}>Clear all filters</Button>}
              >
                {query.cursor === null ? "Loosen a filter, or clear them all." : "This page is past the end of the list."}
              </EmptyState>
            </div>
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
            <div className={classes.scroll} ref={frame} tabIndex={0} role="region" aria-label={`List of ${unit[1]}`}>
              <table className={classes.table} style={{ minWidth }}>
                <colgroup>
                  {selectionActions ? <col style={{ width: 36 }} /> : null}
                  {visible.map((column) => (
                    <col
                      key={column.id}
                      style={
                        column.columnDef.meta?.grows && preferences.sizes[column.id] === undefined
                          ? {}
                          : { width: column.getSize() }
                      }
                    />
                  ))}
                </colgroup>
                <thead>
                  <tr>
                    {selectionActions ? (
                      <th className={classes.check}>
                        <CheckBox
                          label="Select all rows of this page"
                          isChecked={table.getIsAllRowsSelected()}
                          isMixed={!table.getIsAllRowsSelected() && selectedRows.length > 0}
                          onChange={(event) => table.toggleAllRowsSelected(event.target.checked)}
                        />
                      </th>
                    ) : null}
                    {table.getHeaderGroups()[0]?.headers.map((header) => {
                      const meta = header.column.columnDef.meta;
                      const isSorted = meta?.sort !== undefined && query.sort.key === meta.sort;
                      const Arrow = query.sort.direction === "asc" ? IconArrowUp : IconArrowDown;
                      return (
                        <th
                          key={header.id}
                          data-align={meta?.align}
                          aria-sort={
                            isSorted ? (query.sort.direction === "asc" ? "ascending" : "descending") : undefined
                          }
                        >
                          {meta?.sort ? (
                            <UnstyledButton
                              className={classes.sort}
                              onClick={() => go(withSort(query, meta.sort as string))}
                            >
                              {meta.header}
                              {isSorted ? <Arrow size={13} aria-hidden /> : null}
                            </UnstyledButton>
                          ) : (
                            meta?.header
                          )}
                          <span
                            className={classes.resize}
                            data-active={header.column.getIsResizing() || undefined}
                            onMouseDown={header.getResizeHandler()}
                            onTouchStart={header.getResizeHandler()}
                            onDoubleClick={() => header.column.resetSize()}
                            aria-hidden
                          />
                        </th>
                      );
                    })}
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    // biome-ignore lint/a11y/useKeyWithClickEvents: the list's own keys and the links inside do the same
                    <tr
                      key={row.id}
                      id={`row-${row.id}`}
                      data-selected={row.getIsSelected() || undefined}
                      data-open={row.id === openId || undefined}
                      data-cursor={row.id === cursor || undefined}
                      data-faded={isFaded?.(row.original) || undefined}
                      data-pressable={hrefOf ? true : undefined}
                      onClick={(event) => pressRow(event, row.original)}
                      onAuxClick={(event) => pressRow(event, row.original)}
                    >
                      {selectionActions ? (
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
              </table>
            </div>
          )}
          {isEmpty ? null : (
            <footer className={classes.foot}>
              <div className={classes.chosen}>
                {selectedRows.length > 0 && selectionActions ? (
                  <>
                    <span>{selectedRows.length} selected</span>
                    {selectionActions({ rows: selectedRows, clear: () => setSelection({}) })}
                  </>
                ) : (
                  <span className="muted">{props.note}</span>
                )}
              </div>
              <div className={classes.paging}>
                <LiveDot />
                <Button
                  leftSection={<IconChevronLeft size={16} />}
                  disabled={page.previous === null}
                  onClick={() => go({ ...query, cursor: page.previous })}
                >
                  Newer
                </Button>
                <Button
                  rightSection={<IconChevronRight size={16} />}
                  disabled={page.next === null}
                  onClick={() => go({ ...query, cursor: page.next })}
                >
                  Older
                </Button>
              </div>
            </footer>
          )}
        </div>
        {drawer && openId !== null && !isNarrow ? (
          <aside className={classes.drawer} aria-label={`Open ${unit[0]}`}>
            <header className={classes.drawerHead}>
              <h2 className={classes.drawerTitle}>{drawer.title(openId, openRow)}</h2>
              <UnstyledButton className={classes.close} aria-label="Close" onClick={() => open(null)}>
                <IconX size={18} />
              </UnstyledButton>
            </header>
            <div className={classes.drawerBody}>{drawer.body(openId, openRow)}</div>
          </aside>
        ) : null}
        {drawer && isNarrow ? (
          <Drawer
            opened={openId !== null}
            onClose={() => open(null)}
            position="right"
            size={460}
            title={openId === null ? "" : drawer.title(openId, openRow)}
          >
            {openId === null ? null : drawer.body(openId, openRow)}
          </Drawer>
        ) : null}
      </div>
      <KeyboardHelp
        isOpen={isHelpOpen}
        onClose={() => setIsHelpOpen(false)}
        more={(props.keys ?? []).map(({ key, does }) => [key, does])}
      />
    </div>
  );
}
