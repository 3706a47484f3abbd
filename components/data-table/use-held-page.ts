import { type RefObject, useEffect, useState } from "react";
import type { Page } from "#lib/list-query/define-table.ts";
import type { ListRow } from "./columns.ts";
import { holdRows } from "./hold-rows.ts";

/** Whether the first rows of the list in `frame` are out of sight above: by its own scrolling, or by the window's where it is narrow. */
function useIsBelowTop(frame: RefObject<HTMLElement | null>): boolean {
  const [isBelow, setIsBelow] = useState(false);
  useEffect(() => {
    function look() {
      const list = frame.current;
      setIsBelow(list !== null && (list.scrollTop > 0 || list.getBoundingClientRect().top < 0));
    }
    // scrolling does not bubble
    document.addEventListener("scroll", look, { capture: true, passive: true });
    return () => document.removeEventListener("scroll", look, { capture: true });
  }, [frame]);
  return isBelow;
}

/**
 * The page of a list as it is shown: while its reader is below its top, new rows wait above, counted in `newer`, until `showNewer` or the
 * way back to the top. Another `address` is another list, shown at once.
 */
export function useHeldPage<Row extends ListRow>(
  given: Page<Row>,
  address: string,
  frame: RefObject<HTMLElement | null>,
) {
  const isBelow = useIsBelowTop(frame);
  const [was, setWas] = useState({ given, address, isBelow, page: given, newer: 0 });
  let now = was;
  if (was.given !== given || was.address !== address || was.isBelow !== isBelow) {
    const isHeld = isBelow && was.address === address;
    const { rows, newer } = isHeld ? holdRows(was.page.rows, given.rows) : { rows: given.rows, newer: 0 };
    // the ways on are those of the rows that are shown
    now = { given, address, isBelow, page: newer > 0 ? { ...was.page, rows } : given, newer };
    setWas(now);
  }
  function showNewer() {
    const list = frame.current;
    list?.scrollTo({ top: 0 });
    if (list && list.getBoundingClientRect().top < 0) list.scrollIntoView({ block: "start" });
    list?.focus({ preventScroll: true });
  }
  return { page: now.page, newer: now.newer, showNewer };
}
