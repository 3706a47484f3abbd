"use client";

import { usePathname } from "next/navigation";
import { use } from "react";

type Drawing = { pathname: string; held: Promise<never>; fail: () => void };

let underWay: Drawing | null = null;

/** Notes that the open page is being drawn again; `onFailed` is called once where that comes to nothing. */
export function beginDrawing(pathname: string, onFailed: () => void): void {
  let hasFailed = false;
  underWay = {
    pathname,
    held: new Promise(() => {}),
    fail: () => {
      if (hasFailed) return;
      hasFailed = true;
      // it is called while React renders
      setTimeout(onFailed);
    },
  };
}

export function endDrawing(): void {
  underWay = null;
}

/**
 * For what stands in the place of a page that failed: where that page is open and was only to be drawn again, this waits for good, and
 * what React was to show comes to nothing, so that the open page stays. The next drawing that succeeds takes its place.
 */
export function useOpenPageStays(): void {
  const pathname = usePathname();
  if (underWay === null || underWay.pathname !== pathname) return;
  underWay.fail();
  use(underWay.held);
}
