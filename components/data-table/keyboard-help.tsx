"use client";

import { KeyList, type Keys } from "../display/key-list.tsx";
import { OnDemandDialog } from "../on-demand/dialog.tsx";

/** What a list's rows can be done with, which decides what its keys do. */
export type RowsCan = {
  /** Beside the table, as a page of their own, or not at all. */
  open: "beside" | "page" | null;
  isSelected: boolean;
};

function keysOf({ open, isSelected }: RowsCan, more: [key: string, does: string][]): Keys[] {
  return [
    [["j", "↓"], "next row"],
    [["k", "↑"], "previous row"],
    ...(open === null
      ? []
      : ([
          [["Enter"], open === "beside" ? "open the row beside the table" : "open the row's page"],
          [["mod click"], "open the row's page in a new tab"],
        ] satisfies Keys[])),
    ...(isSelected
      ? ([
          [["x"], "select the row"],
          [["Shift click"], "select all rows up to this one"],
        ] satisfies Keys[])
      : []),
    ...more.map(([key, does]): Keys => [[key], does]),
    [["/"], "type a filter"],
    [["Esc"], open === "beside" ? "close the row" : "leave the row"],
    [["mod K"], "find, go to, or paste a token"],
    [["?"], "this list"],
  ];
}

/** What the keys of a list do: of this one, and no others. */
export function KeyboardHelp({
  isOpen,
  onClose,
  rows,
  more,
}: {
  isOpen: boolean;
  onClose: () => void;
  rows: RowsCan;
  more: [key: string, does: string][];
}) {
  return (
    <OnDemandDialog isOpen={isOpen} onClose={onClose} title="Keys of this list" size={420}>
      <KeyList keys={keysOf(rows, more)} />
    </OnDemandDialog>
  );
}
