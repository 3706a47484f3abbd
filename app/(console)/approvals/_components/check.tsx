"use client";

import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react";
import { requestJson } from "#components/request/request-json.ts";
import type { ApprovalCheck } from "#lib/approvals/model.ts";

/** What looking again has come to: `null` where nobody looks, or not yet. */
export type Checked = { found: ApprovalCheck | null; error: unknown; isLooking: boolean; look: () => void };

const NOT_LOOKED: Checked = { found: null, error: null, isLooking: false, look: () => {} };
const CheckedContext = createContext<Checked>(NOT_LOOKED);

export function useChecked(): Checked {
  return useContext(CheckedContext);
}

/** Looks whether what waits would still do what it was shown to do, as soon as its page is there: before anybody approves it. */
export function LookAgain({ id, isAsked, children }: { id: string; isAsked: boolean; children: ReactNode }) {
  const [found, setFound] = useState<ApprovalCheck | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  const look = useCallback(() => setTries((count) => count + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another try looks again
  useEffect(() => {
    setFound(null);
    setError(null);
    if (!isAsked) return;
    const stop = new AbortController();
    requestJson<ApprovalCheck>(`/api/v1/approvals/${id}/check`, { method: "POST", signal: stop.signal }).then(
      setFound,
      (cause: unknown) => (stop.signal.aborted ? undefined : setError(cause)),
    );
    return () => stop.abort();
  }, [id, isAsked, tries]);

  const isLooking = isAsked && found === null && error === null;
  return <CheckedContext value={{ found, error, isLooking, look }}>{children}</CheckedContext>;
}
