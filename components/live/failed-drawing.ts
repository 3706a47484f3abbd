"use client";

import { usePathname } from "next/navigation";
import { use, useEffect, useState } from "react";

type OnFailed = (digest: string | undefined) => void;
type Drawing = { pathname: string; held: Promise<never>; fail: OnFailed };

let underWay: Drawing | null = null;

/** Notes that the open page is being drawn again, and stays where that fails; `onFailed` is called once then. */
export function beginDrawing(pathname: string, onFailed: OnFailed): void {
  let hasFailed = false;
  underWay = {
    pathname,
    held: new Promise(() => {}),
    fail: (digest) => {
      if (hasFailed) return;
      hasFailed = true;
      // it is called while React renders
      setTimeout(() => onFailed(digest));
    },
  };
}

/** From here on what stands in the place of a page that fails is shown. */
export function endDrawing(): void {
  underWay = null;
}

/** An error's number in the console's log; none where it came about in the browser. */
function digestOf(error: unknown): string | undefined {
  return error instanceof Error && "digest" in error ? String(error.digest) : undefined;
}

/**
 * For what stands in the place of a page that failed, and gives the error's number: where that page is open and was only to be drawn
 * again, this waits for good, and what React was to show comes to nothing, so that the open page stays. The next drawing that
 * succeeds, or is not held any more, takes its place.
 */
export function useFailedPage(error: unknown): string | undefined {
  const pathname = usePathname();
  const digest = digestOf(error);
  const [isShown, setIsShown] = useState(false);
  useEffect(() => setIsShown(true), []);
  if (isShown || underWay === null || underWay.pathname !== pathname) return digest;
  underWay.fail(digest);
  return use(underWay.held);
}
