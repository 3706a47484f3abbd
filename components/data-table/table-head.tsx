"use client";

import { UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { Hint } from "../on-demand/hint.tsx";
import { CheckBox } from "./check-box.tsx";
import type { ListRow } from "./columns.ts";
import classes from "./data-table.module.css";
import type { AnyListQuery } from "./list-address.ts";
import type { ListTable } from "./use-list-table.ts";

type TableHeadProps<Row extends ListRow> = {
  table: ListTable<Row>;
  sort: AnyListQuery["sort"];
  onSort: (key: string) => void;
  /** Why the list is not ordered by a key as it is filtered now, or null where it is. */
  sortRefusal: (key: string) => string | null;
  isSelectable: boolean;
  selectedCount: number;
};

/** The sticky header: names, order, and a handle to each column's width. */
export function TableHead<Row extends ListRow>(props: TableHeadProps<Row>) {
  const { table, sort, onSort, sortRefusal, isSelectable, selectedCount } = props;
  const Arrow = sort.direction === "asc" ? IconArrowUp : IconArrowDown;
  return (
    <thead>
      <tr>
        {isSelectable ? (
          <th className={classes.check}>
            <CheckBox
              label="Select all rows of this page"
              isChecked={table.getIsAllRowsSelected()}
              isMixed={!table.getIsAllRowsSelected() && selectedCount > 0}
              onChange={(event) => table.toggleAllRowsSelected(event.target.checked)}
            />
          </th>
        ) : null}
        {table.getHeaderGroups()[0]?.headers.map((header) => {
          const meta = header.column.columnDef.meta;
          const key = meta?.sort;
          const isSorted = key !== undefined && sort.key === key;
          const refusal = key === undefined ? null : sortRefusal(key);
          return (
            <th
              key={header.id}
              data-align={meta?.align}
              aria-sort={isSorted ? (sort.direction === "asc" ? "ascending" : "descending") : undefined}
            >
              {key === undefined ? (
                meta?.header
              ) : (
                <Hint label={`Not sorted by this here. ${refusal}`} disabled={refusal === null}>
                  <UnstyledButton
                    className={classes.sort}
                    aria-disabled={refusal === null ? undefined : true}
                    onClick={() => (refusal === null ? onSort(key) : undefined)}
                  >
                    {meta?.header}
                    {isSorted ? <Arrow size={13} aria-hidden /> : null}
                  </UnstyledButton>
                </Hint>
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
  );
}
