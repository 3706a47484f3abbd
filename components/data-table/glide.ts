import { type RefObject, useLayoutEffect, useRef } from "react";

const GLIDE: KeyframeAnimationOptions = { duration: 160, easing: "ease-out" };

type Places = { order: string; width: number; rowHeight: number; tops: Map<string, number> };

function placesOf(body: HTMLElement, order: string, rowHeight: number): Places {
  const rows = [...body.children] as HTMLElement[];
  return {
    order,
    width: body.offsetWidth,
    rowHeight,
    tops: new Map(rows.map((row) => [row.id, row.offsetTop])),
  };
}

/** Begins where the thing was and ends where it is; drawn by the compositor, so that nothing is laid out for it. */
function glide(element: HTMLElement, byPixels: number): void {
  element.animate([{ transform: `translateY(${byPixels}px)` }, { transform: "none" }], GLIDE);
}

/**
 * Rows that come or leave do not make the others jump: the whole body glides by what its first known row was moved, new rows with it from
 * under the head, and rows that were moved otherwise glide the rest by themselves. Without motion where a person wants none, and where the
 * rows have another height or width than before.
 */
export function useGlidingRows(
  body: RefObject<HTMLTableSectionElement | null>,
  ids: string[],
  rowHeight: number,
): void {
  const order = ids.join(" ");
  const last = useRef<Places | null>(null);
  useLayoutEffect(() => {
    const element = body.current;
    if (element === null) return;
    const was = last.current;
    if (was?.order === order && was.rowHeight === rowHeight) return;
    const now = placesOf(element, order, rowHeight);
    last.current = now;
    if (was === null || was.width !== now.width || was.rowHeight !== rowHeight) return;
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const moved = ([...element.children] as HTMLElement[]).flatMap((row) => {
      const before = was.tops.get(row.id);
      return before === undefined ? [] : [{ row, by: before - row.offsetTop }];
    });
    const ofAll = moved[0]?.by ?? 0;
    if (ofAll !== 0) glide(element, ofAll);
    for (const { row, by } of moved) if (by !== ofAll) glide(row, by - ofAll);
  });
}
