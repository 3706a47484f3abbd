import {
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  createColumnHelper,
  metaHelper,
  rowSelectionFeature,
  tableFeatures,
} from "@tanstack/react-table";
import type { ReactNode } from "react";
import { shown } from "../display/shown.ts";

/** One column of a list. */
export type DataTableColumn<Row> = {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Pixels. */
  size: number;
  /** Down to which a person may make it, and a growing one gives way before the list scrolls sideways. */
  minSize?: number;
  /** Takes the room that the others leave. One column only. */
  grows?: boolean;
  /** The table's sort key that its header orders by. */
  sort?: string;
  align?: "end";
  /** Whether a person may hide it; true unless told. */
  canHide?: boolean;
  isHiddenAtFirst?: boolean;
  /** Where it stands when rows are cards: across the top, or with its name among the others, of which long words get a line for themselves. */
  onCard?: "title" | "line" | "wide" | "hidden";
};

export type ColumnMeta = {
  header: string;
  sort?: string | undefined;
  align?: "end" | undefined;
  grows?: boolean | undefined;
  onCard: "title" | "line" | "wide" | "hidden";
};

export const features = tableFeatures({
  rowSelectionFeature,
  columnVisibilityFeature,
  columnSizingFeature,
  columnResizingFeature,
  columnMeta: metaHelper<ColumnMeta>(),
});

const MIN_SIZE = 64;
/** What a growing column still says something in. */
const MIN_SIZE_GROWING = 140;

export type ListRow = { id: string };

/** TanStack's columns of ours. */
export function toColumns<Row extends ListRow>(columns: DataTableColumn<Row>[]) {
  const helper = createColumnHelper<typeof features, Row>();
  return helper.columns(
    columns.map((column) =>
      helper.display({
        id: column.id,
        header: column.header,
        cell: ({ row }) => shown(column.cell(row.original)),
        size: column.size,
        minSize: column.minSize ?? (column.grows ? Math.min(column.size, MIN_SIZE_GROWING) : MIN_SIZE),
        maxSize: 640,
        enableHiding: column.canHide ?? true,
        meta: {
          header: column.header,
          sort: column.sort,
          align: column.align,
          grows: column.grows,
          onCard: column.onCard ?? "line",
        },
      }),
    ),
  );
}
