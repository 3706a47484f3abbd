import { useEffect, useState } from "react";
import { requestJson } from "#components/request/request-json.ts";
import type { TokenDetail } from "#lib/tokens/model.ts";

/** A token's detail, asked for beside a list; again when its state in the list changes, or on a retry. */
export function useTokenDetail(id: string, state?: string) {
  const [detail, setDetail] = useState<TokenDetail | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the row's state changes or on a retry
  useEffect(() => {
    const stop = new AbortController();
    setError(null);
    requestJson<TokenDetail>(`/api/v1/tokens/${id}`, { signal: stop.signal })
      .then(setDetail)
      .catch((cause) => (stop.signal.aborted ? undefined : setError(cause)));
    return () => stop.abort();
  }, [id, state, attempt]);
  return { detail, error, retry: () => setAttempt((count) => count + 1) };
}
