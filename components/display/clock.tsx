"use client";

import { createContext, type ReactNode, useContext, useState, useSyncExternalStore } from "react";

type Clock = { startMs: number; skewMs: number };

const ClockContext = createContext<Clock>({ startMs: 0, skewMs: 0 });

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (document.visibilityState === "visible") for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/**
 * The console's clock. `now` is the server's, so that server and browser write the same words, and a browser whose clock is
 * wrong by more than 5 seconds still tells the right ages.
 */
export function ClockProvider({ now, children }: { now: string; children: ReactNode }) {
  const [clock] = useState(() => {
    const startMs = Date.parse(now);
    const skewMs = typeof window === "undefined" ? 0 : startMs - Date.now();
    return { startMs, skewMs: Math.abs(skewMs) > 5_000 ? skewMs : 0 };
  });
  return <ClockContext value={clock}>{children}</ClockContext>;
}

/** A value that follows the clock; the component renders again only when the value changes. */
export function useClock<T extends string | number | boolean>(read: (nowMs: number) => T): T {
  const { startMs, skewMs } = useContext(ClockContext);
  return useSyncExternalStore(
    subscribe,
    () => read(Math.floor((Date.now() + skewMs) / 1000) * 1000),
    () => read(startMs),
  );
}
