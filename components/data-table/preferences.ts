"use client";

import { useCallback, useMemo, useSyncExternalStore } from "react";

export type Density = "comfortable" | "compact";

/** What a person chose for a table, kept in their browser. */
export type TablePreferences = {
  hidden: Record<string, boolean>;
  sizes: Record<string, number>;
  density: Density;
};

const listeners = new Set<() => void>();
const EMPTY = "";

function read(key: string): string {
  try {
    return localStorage.getItem(key) ?? EMPTY;
  } catch {
    return EMPTY;
  }
}

function parse(text: string): TablePreferences {
  const none: TablePreferences = { hidden: {}, sizes: {}, density: "comfortable" };
  if (text === EMPTY) return none;
  try {
    const value = JSON.parse(text) as Partial<TablePreferences>;
    return {
      hidden: value.hidden ?? {},
      sizes: value.sizes ?? {},
      density: value.density === "compact" ? "compact" : "comfortable",
    };
  } catch {
    return none;
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A table's preferences and how to change them; every table of the same name follows. */
export function useTablePreferences(name: string) {
  const key = `tokenwarden.table.${name}`;
  const text = useSyncExternalStore(
    subscribe,
    () => read(key),
    () => EMPTY,
  );
  const preferences = useMemo(() => parse(text), [text]);
  const change = useCallback(
    (update: Partial<TablePreferences>) => {
      try {
        localStorage.setItem(key, JSON.stringify({ ...parse(read(key)), ...update }));
      } catch {
        // a browser that keeps nothing shows the table as it comes
      }
      for (const listener of listeners) listener();
    },
    [key],
  );
  return [preferences, change] as const;
}
