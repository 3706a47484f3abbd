"use client";

import { Button } from "@mantine/core";
import { usePathname, useRouter } from "next/navigation";
import { type MouseEvent, type ReactNode, useRef, useState, useTransition } from "react";
import {
  type FilterValues,
  type ListQuery,
  type Page,
  sortRefusal,
  type TableDeclaration,
  type Total,
} from "#lib/list-query/define-table.ts";
import { isListName } from "#lib/lists/model.ts";
import { Scroller } from "../display/scroller.tsx";
import { EmptyState } from "../feedback/empty-state.tsx";
import { ErrorState } from "../feedback/error-state.tsx";
import { FilterBar, type Suggest } from "../filter-bar/filter-bar.tsx";
import type { DataTableColumn, ListRow } from "./columns.ts";
import classes from "./data-table.module.css";
import { useTableKeys } from "./keyboard.ts";
import { KeyboardHelp } from "./keyboard-help.tsx";
import { type AnyListQuery, listAddress, listText, withFilters, withSort } from "./list-address.ts";
import { NewerRows } from "./newer-rows.tsx";
import { useOpenRow } from "./open-row.ts";
import { RowDrawer } from "./row-drawer.tsx";
import { TableFoot } from "./table-foot.tsx";
import { TableHead } from "./table-head.tsx";
import { TableRows } from "./table-rows.tsx";
import { TableTools } from "./table-tools.tsx";
import { useHeldPage } from "./use-held-page.ts";
import { useListTable } from "./use-list-table.ts";
import { useViewId, withView } from "./use-views.ts";
import { ViewsMenu } from "./views-menu.tsx";

/** Of the column of check boxes, in pixels. */
const CHECK_WIDTH = 36;
/** In pixels; as the style sheet has them, cards are higher. */
const ROW_HEIGHTS = { comfortable: 36, compact: 28 };

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
  drawer?: {
    title: (id: string, row: Row | null) => ReactNode;
    body: (id: string, row: Row | null) => ReactNode;
  };
  /** Buttons for what is selected; with it rows can be selected. */
  selectionActions?: (selection: Selection<Row>) => ReactNode;
  /** Keys of this list's own, upon what is selected or else the row of the cursor. */
  keys?: { key: string; does: string; run: (rows: Row[]) => void }[];
  /** Values that the type-ahead offers for a filter. */
  suggest?: Suggest;
  /** Shown where there is nothing at all yet. */
  empty: ReactNode;
  /** Why there are no rows, where that is not because none match. */
  failure?: string | null;
  /** At the foot: what is not exact here. */
  note?: ReactNode;
  /** Where not all that could match was looked through: how far, in words, beside the rows and instead of "none". */
  searched?: ReactNode;
  /** Filters that a switch of the page has set: they are no chips, and stay until all is cleared. */
  switched?: object | null;
  /** An address of the list with what else of the page it is to keep. */
  keep?: (address: string) => string;
  /** Dimmed rows: ended ones. */
  isFaded?: (row: Row) => boolean;
};

/**
 * A list of the server's: filters, order and page stand in the address; columns, density and selection are the browser's. Rows
 * become cards where it is narrow.
 */
export function DataTable<Row extends ListRow>(props: DataTableProps<Row>) {
  const { declaration, total, unit, nameOf, hrefOf, drawer, selectionActions } = props;
  const query = props.query as ListQuery;
  const router = useRouter();
  const path = usePathname();
  const { openId, open } = useOpenRow();
  const viewId = useViewId();
  const [isPending, startTransition] = useTransition();
  const [cursorId, setCursorId] = useState<string | null>(null);
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  const filterField = useRef<HTMLInputElement>(null);
  const frame = useRef<HTMLElement>(null);
  const isSelectable = selectionActions !== undefined;
  const address = listAddress(path, declaration, query);
  const { page, newer, showNewer } = useHeldPage(props.page, address, frame);
  const { table, preferences, setPreferences, clearSelection } = useListTable<Row>({
    name: declaration.name,
    rows: page.rows,
    columns: props.columns,
    isSelectable,
  });
  const rows = table.getRowModel().rows;
  const selected = rows.filter((row) => row.getIsSelected()).map((row) => row.original);
  const at = rows.findIndex((row) => row.id === (cursorId ?? openId));

  function go(next: ListQuery) {
    clearSelection();
    setCursorId(null);
    const address = listAddress(path, declaration, next);
    startTransition(() => router.push(withView(props.keep?.(address) ?? address, viewId), { scroll: false }));
    frame.current?.scrollTo({ top: 0 });
  }

  const switched = (props.switched ?? {}) as FilterValues<TableDeclaration>;
  const filters = Object.fromEntries(
    Object.entries(query.filters).filter(([key]) => !Object.hasOwn(switched, key)),
  ) as FilterValues<TableDeclaration>;
  const goTo = (next: FilterValues<TableDeclaration>) => go(withFilters(query, { ...switched, ...next }));
  /** To where the list begins. */
  const clear = () => go(withFilters(query, {}));

  function press(event: MouseEvent, row: Row) {
    if (!hrefOf || (event.target as HTMLElement).closest("a, button, input, label")) return;
    if ((window.getSelection()?.toString() ?? "") !== "") return;
    if (event.metaKey || event.ctrlKey || event.button === 1) {
      window.open(hrefOf(row), "_blank", "noopener");
      return;
    }
    setCursorId(row.id);
    if (drawer) open(row.id);
    else router.push(hrefOf(row));
  }

  useTableKeys({
    move(step) {
      const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
      if (!next) return;
      setCursorId(next.id);
      if (openId !== null) open(next.id);
      document.getElementById(`row-${next.id}`)?.scrollIntoView({ block: "nearest" });
    },
    open() {
      const row = rows[at];
      if (!row || !hrefOf) return;
      if (drawer && openId !== row.id) open(row.id);
      else router.push(hrefOf(row.original));
    },
    select: () => rows[at]?.toggleSelected(),
    close() {
      if (openId !== null) return open(null);
      clearSelection();
      setCursorId(null);
    },
    filter: () => filterField.current?.focus(),
    help: () => setIsHelpOpen(true),
    others: Object.fromEntries(
      (props.keys ?? []).map(({ key, run }) => [
        key,
        () => {
          const row = rows[at];
          const upon = selected.length > 0 ? selected : row ? [row.original] : [];
          if (upon.length > 0) run(upon);
        },
      ]),
    ),
  });

  const text = listText(declaration, query);
  const hideable = table.getAllLeafColumns().filter((column) => column.getCanHide());
  const isFirst = query.cursor === null;
  const failure = props.failure ?? null;
  const isEmpty = failure === null && page.rows.length === 0 && Object.keys(filters).length === 0 && isFirst;
  const visible = table.getVisibleLeafColumns();
  const takesRest = ({ id, columnDef }: (typeof visible)[number]) =>
    columnDef.meta?.grows === true && preferences.sizes[id] === undefined;
  const minWidth = visible.reduce(
    (sum, column) => sum + (takesRest(column) ? (column.columnDef.minSize ?? 0) : column.getSize()),
    isSelectable ? CHECK_WIDTH : 0,
  );
  const openRow = page.rows.find((row) => row.id === openId) ?? null;

  return (
    <div className={classes.list} data-density={preferences.density}>
      <FilterBar
        declaration={declaration}
        filters={filters}
        fieldRef={filterField}
        onChange={goTo}
        onClear={clear}
        {...(props.suggest ? { suggest: props.suggest } : {})}
        views={
          isListName(declaration.name) ? (
            <ViewsMenu
              list={declaration.name}
              text={text}
              hidden={hideable.filter((column) => !column.getIsVisible()).map((column) => column.id)}
              onHide={(hidden) =>
                setPreferences({
                  hidden: Object.fromEntries(hideable.map(({ id }) => [id, hidden.includes(id)])),
                })
              }
            />
          ) : null
        }
        tools={
          <TableTools
            list={declaration.name}
            listText={text}
            total={total}
            unit={unit}
            density={preferences.density}
            onDensity={(density) => setPreferences({ density })}
            onReset={() => setPreferences({ hidden: {}, sizes: {} })}
            onHelp={() => setIsHelpOpen(true)}
            columns={hideable.map((column) => ({
              id: column.id,
              header: column.columnDef.meta?.header ?? column.id,
              isVisible: column.getIsVisible(),
              toggle: () =>
                setPreferences({ hidden: { ...preferences.hidden, [column.id]: column.getIsVisible() } }),
            }))}
          />
        }
      />
      <div className={classes.beside}>
        <div className={classes.card} aria-busy={isPending}>
          {isPending ? <span className={classes.progress} aria-hidden /> : null}
          <NewerRows count={newer} isAll={newer === props.page.rows.length} unit={unit} onShow={showNewer} />
          {isEmpty ? <div className={classes.nothing}>{props.empty}</div> : null}
          {failure === null ? null : (
            <div className={classes.nothing}>
              <ErrorState
                title={`The ${unit[1]} could not be listed`}
                reason={failure}
                retry={() => startTransition(() => router.refresh())}
              />
            </div>
          )}
          {failure === null && !isEmpty && page.rows.length === 0 ? (
            <div className={classes.nothing}>
              <EmptyState
                title={props.searched ? `No ${unit[1]} so far` : `No ${unit[1]} match`}
                action={<Button onClick={clear}>Clear all filters</Button>}
              >
                {props.searched ??
                  (isFirst
                    ? "Loosen a filter, or clear them all."
                    : "This page is past the end of the list.")}
              </EmptyState>
            </div>
          ) : null}
          {page.rows.length > 0 ? (
            <Scroller label={`List of ${unit[1]}`} className={classes.scroll} ref={frame}>
              <table className={classes.table} style={{ minWidth }}>
                <colgroup>
                  {isSelectable ? <col style={{ width: CHECK_WIDTH }} /> : null}
                  {visible.map((column) => (
                    <col key={column.id} style={takesRest(column) ? {} : { width: column.getSize() }} />
                  ))}
                </colgroup>
                <TableHead
                  table={table}
                  sort={query.sort}
                  onSort={(key) => go(withSort(query, key))}
                  sortRefusal={(key) => sortRefusal(declaration, key, query.filters)}
                  isSelectable={isSelectable}
                  selectedCount={selected.length}
                />
                <TableRows
                  table={table}
                  columns={props.columns}
                  isSelectable={isSelectable}
                  isPressable={hrefOf !== undefined}
                  rowHeight={ROW_HEIGHTS[preferences.density]}
                  openId={openId}
                  cursorId={cursorId}
                  nameOf={nameOf}
                  isFaded={props.isFaded}
                  onPress={press}
                />
              </table>
            </Scroller>
          ) : null}
          {isEmpty || failure !== null ? null : (
            <TableFoot
              isChosen={selected.length > 0 && selectionActions !== undefined}
              isByTime={declaration.sorts[query.sort.key]?.type === "time" && query.sort.direction === "desc"}
              previous={page.previous}
              next={page.next}
              onPage={(cursor) => go({ ...query, cursor })}
            >
              {selected.length > 0 && selectionActions ? (
                <>
                  <span>{selected.length} selected</span>
                  {selectionActions({ rows: selected, clear: clearSelection })}
                </>
              ) : (
                <span className="muted">{props.searched ?? props.note}</span>
              )}
            </TableFoot>
          )}
        </div>
        {drawer ? (
          <RowDrawer
            isOpen={openId !== null}
            label={`Open ${unit[0]}`}
            title={openId === null ? "" : drawer.title(openId, openRow)}
            onClose={() => {
              open(null);
              setCursorId(null);
            }}
          >
            {openId === null ? null : drawer.body(openId, openRow)}
          </RowDrawer>
        ) : null}
      </div>
      <KeyboardHelp
        isOpen={isHelpOpen}
        onClose={() => setIsHelpOpen(false)}
        rows={{ open: hrefOf === undefined ? null : drawer ? "beside" : "page", isSelected: isSelectable }}
        more={(props.keys ?? []).map(({ key, does }) => [key, does])}
      />
    </div>
  );
}
