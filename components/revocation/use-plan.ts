"use client";

import { useEffect, useState } from "react";

/**
 * A plan of what is `about`, made anew whenever that changes or is asked for, once it has rested for `restMs`.
 * Null: there is nothing to plan yet.
 */
export function usePlan<P>(
  about: string | null,
  ask: (about: string, signal: AbortSignal) => Promise<P>,
  restMs = 0,
) {
  const [plan, setPlan] = useState<P | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an attempt is asked for again on purpose; how it is asked does not change
  useEffect(() => {
    setPlan(null);
    setError(null);
    if (about === null) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      ask(about, stop.signal)
        .then(setPlan)
        .catch((cause) => (stop.signal.aborted ? undefined : setError(cause)));
    }, restMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [about, attempt]);
  return { plan, error, replan: () => setAttempt((count) => count + 1) };
}
