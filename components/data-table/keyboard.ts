"use client";

import { useLayoutEffect, useRef } from "react";

export type TableKeys = {
  move: (step: 1 | -1) => void;
  open: () => void;
  select: () => void;
  close: () => void;
  filter: () => void;
  help: () => void;
  /** More keys of a table's own, such as r. */
  others: Record<string, () => void>;
};

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.closest('input:not([type="checkbox"]), textarea, select, [role="dialog"], [role="menu"]') !==
        null)
  );
}

/** The keys of a list, while nobody types and no dialog is open. */
export function useTableKeys(keys: TableKeys): void {
  const current = useRef(keys);
  current.current = keys;
  // with the rows on screen, not some time after them
  useLayoutEffect(() => {
    function press(event: KeyboardEvent) {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target))
        return;
      if (document.querySelector('[aria-modal="true"]')) return;
      const on = current.current;
      const isControl =
        event.target instanceof HTMLElement && event.target.closest("a, button, [role='button']") !== null;
      const act = {
        j: () => on.move(1),
        ArrowDown: () => on.move(1),
        k: () => on.move(-1),
        ArrowUp: () => on.move(-1),
        x: on.select,
        "/": on.filter,
        "?": on.help,
        Escape: on.close,
        ...(isControl ? {} : { Enter: on.open }),
        ...on.others,
      }[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}
