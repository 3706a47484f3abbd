"use client";

import { KeyList, type Keys } from "../display/key-list.tsx";
import { OnDemandDialog } from "../on-demand/dialog.tsx";

const KEYS: Keys[] = [
  [["j", "↓"], "next row"],
  [["k", "↑"], "previous row"],
  [["Enter"], "open the row beside the table"],
  [["mod click"], "open the row's page in a new tab"],
  [["x"], "select the row"],
  [["Shift click"], "select all rows up to this one"],
  [["/"], "type a filter"],
  [["Esc"], "close the row"],
  [["mod K"], "find, go to, or paste a token"],
  [["?"], "this list"],
];

/** What the keys of a list do. */
export function KeyboardHelp({
  isOpen,
  onClose,
  more,
}: {
  isOpen: boolean;
  onClose: () => void;
  more: [key: string, does: string][];
}) {
  return (
    <OnDemandDialog isOpen={isOpen} onClose={onClose} title="Keys of this list" size={420}>
      <KeyList
        keys={[...KEYS.slice(0, 6), ...more.map(([key, does]): Keys => [[key], does]), ...KEYS.slice(6)]}
      />
    </OnDemandDialog>
  );
}
