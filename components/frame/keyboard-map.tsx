"use client";

import { useWindowEvent } from "@mantine/hooks";
import { KeyList, type Keys } from "../display/key-list.tsx";
import { OnDemandDialog } from "../on-demand/dialog.tsx";
import classes from "./keyboard-map.module.css";

const MAP: { where: string; keys: Keys[] }[] = [
  {
    where: "Everywhere",
    keys: [
      [["mod K"], "find, go to, do something, or paste a token"],
      [["?"], "this list; in a table, that table's own"],
      [["Tab"], "the next control; the first one skips to the page"],
      [["Esc"], "close what is open"],
    ],
  },
  {
    where: "Tables",
    keys: [
      [["j", "↓"], "next row"],
      [["k", "↑"], "previous row"],
      [["Enter"], "open the row: beside the table, or its page"],
      [["mod click"], "open the row's page in a new tab"],
      [["x"], "select the row, of tokens"],
      [["Shift click"], "select all rows up to this one"],
      [["r"], "revoke the row or what is selected, of tokens"],
      [["/"], "type a filter"],
    ],
  },
  {
    where: "While a filter is typed",
    keys: [
      [["↑", "↓"], "what could follow"],
      [["Enter"], "take it, or apply what is typed"],
      [["Esc"], "back to the table"],
    ],
  },
  {
    where: "Notifications",
    keys: [
      [["j", "k"], "next and previous one"],
      [["Enter"], "open what it is about"],
      [["e"], "mark as read, or not read"],
    ],
  },
  {
    where: "The chart of the audit log",
    keys: [
      [["←", "→"], "move over the bars"],
      [["Enter"], "look closer"],
    ],
  },
  {
    where: "Lifetimes on their ruler",
    keys: [
      [["←", "→"], "the next usual span, shorter or longer"],
      [["Page ↑", "Page ↓"], "five spans longer or shorter"],
      [["Home", "End"], "the shortest and the longest that is allowed"],
    ],
  },
];

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.closest('input:not([type="checkbox"]), textarea, select, [role="dialog"], [role="menu"]') !==
        null)
  );
}

/** What the keys of the console do, by `?` on every page. A table tells its own by the same key, and comes first. */
export function KeyboardMap({
  isOpen,
  onOpen,
  onClose,
}: {
  isOpen: boolean;
  onOpen: () => void;
  onClose: () => void;
}) {
  // the window hears last
  useWindowEvent("keydown", (event) => {
    if (event.key !== "?" || event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
    if (isTyping(event.target) || document.querySelector('[aria-modal="true"]')) return;
    event.preventDefault();
    onOpen();
  });
  return (
    <OnDemandDialog isOpen={isOpen} onClose={onClose} title="Keys of the console" size={560}>
      {MAP.map(({ where, keys }) => (
        <section key={where} className={classes.part} aria-label={where}>
          <h3 className={classes.where}>{where}</h3>
          <KeyList keys={keys} />
        </section>
      ))}
    </OnDemandDialog>
  );
}
