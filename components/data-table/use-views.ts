"use client";

import { useSearchParams } from "next/navigation";
import { useCallback, useEffect, useState } from "react";
import type { ListName } from "#lib/lists/model.ts";
import type { SavedView } from "#lib/views/model.ts";
import { requestJson } from "../request/request-json.ts";

/** The view that the address names as `view`; what is shown may have moved on from it. */
export function useViewId(): string | null {
  return useSearchParams().get("view");
}

/** An address with the view that it came from. */
export function withView(address: string, viewId: string | null): string {
  if (viewId === null) return address;
  return `${address}${address.includes("?") ? "&" : "?"}view=${encodeURIComponent(viewId)}`;
}

/** The person's own and the shared views of a list, once they are wanted. Null until they are there. */
export function useViews(list: ListName, isWanted: boolean) {
  const [views, setViews] = useState<SavedView[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [asked, setAsked] = useState(0);
  const reload = useCallback(() => setAsked((was) => was + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` is the wish to read again
  useEffect(() => {
    if (!isWanted) return;
    const stop = new AbortController();
    requestJson<{ rows: SavedView[] }>(`/api/v1/saved-views?list=${list}`, { signal: stop.signal })
      .then(({ rows }) => {
        setViews(rows);
        setError(null);
      })
      .catch((cause) => (stop.signal.aborted ? undefined : setError(cause)));
    return () => stop.abort();
  }, [list, isWanted, asked]);

  return { views, error, reload };
}
