"use client";

import { useEffect, useRef } from "react";

/** Brings what `selector` finds into the view of the scroller around it, without moving the page. */
export function ScrollTo({ selector }: { selector: string }) {
  const here = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const scroller = here.current?.parentElement;
    const found = scroller?.querySelector<HTMLElement>(selector);
    if (scroller && found)
      scroller.scrollLeft +=
        found.getBoundingClientRect().left -
        scroller.getBoundingClientRect().left -
        (scroller.clientWidth - found.offsetWidth) / 2;
  }, [selector]);
  return <span ref={here} hidden />;
}
