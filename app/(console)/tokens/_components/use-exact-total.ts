import { useEffect, useState } from "react";
import { requestJson } from "#components/request/request-json.ts";
import { defaultQuery, type Total } from "#lib/list-query/define-table.ts";
import { toListParameters } from "#lib/list-query/parse-list-query.ts";
import { type TokensQuery, tokensTable } from "#lib/tokens/table.ts";

/** A total to the last one: asked for once the page is there, where the page's own is not exact. */
export function useExactTotal(known: Total, filters: TokensQuery["filters"]): Total {
  const [counted, setCounted] = useState<{ of: string; total: Total } | null>(null);
  const asked = toListParameters(tokensTable, { ...defaultQuery(tokensTable), filters }).toString();

  useEffect(() => {
    if (known.isExact) return;
    const stop = new AbortController();
    requestJson<Total>(`/api/v1/tokens/total?${asked}`, { signal: stop.signal })
      .then((total) => setCounted({ of: asked, total }))
      // "at least" stays, which is true
      .catch(() => {});
    return () => stop.abort();
  }, [known.isExact, asked]);

  const isBetter = !known.isExact && counted?.of === asked && counted.total.value >= known.value;
  return isBetter ? counted.total : known;
}
