"use client";

import { Kbd } from "@mantine/core";
import { ModKey } from "../display/mod-key.tsx";
import { OnDemandDialog } from "../on-demand/dialog.tsx";
import classes from "./data-table.module.css";

const KEYS: [keys: string[], does: string][] = [
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
      <dl className={classes.keys}>
        {[
          ...KEYS.slice(0, 6),
          ...more.map(([key, does]) => [[key], does] as [string[], string]),
          ...KEYS.slice(6),
        ].map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key} size="sm">
                  {key.startsWith("mod ") ? <ModKey with={key.slice(4)} /> : key}
                </Kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </OnDemandDialog>
  );
}
