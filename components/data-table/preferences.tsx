"use client";

import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import {
  type AllTablePreferences,
  DEFAULT_TABLE_PREFERENCES,
  type TablePreferences,
} from "#lib/preferences/model.ts";

export type Density = TablePreferences["density"];

type Preferences = {
  all: AllTablePreferences;
  change: (table: string, update: Partial<TablePreferences>) => void;
};

const PreferencesContext = createContext<Preferences>({
  all: {},
  change: () => {},
});

/** Columns are drawn while they are dragged; they are kept when the hand rests. */
const KEEP_AFTER_MS = 600;

/** Kept also where the page is left at once. */
async function keep(table: string, value: TablePreferences): Promise<void> {
  await fetch(`/api/v1/me/tables/${table}`, {
    method: "PUT",
    credentials: "same-origin",
    keepalive: true,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
  }).catch(() => {
    // a look that could not be kept lasts until the next load
  });
}

/** How the person likes their tables: with them in any browser. `initial` came with the page. */
export function PreferencesProvider({
  initial,
  children,
}: {
  initial: AllTablePreferences;
  children: ReactNode;
}) {
  const [all, setAll] = useState(initial);
  const latest = useRef(initial);
  const unkept = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const flush = useCallback(async () => {
    clearTimeout(timer.current);
    const tables = [...unkept.current];
    unkept.current.clear();
    await Promise.all(tables.map((table) => keep(table, latest.current[table] ?? DEFAULT_TABLE_PREFERENCES)));
  }, []);

  const change = useCallback(
    (table: string, update: Partial<TablePreferences>) => {
      const before = latest.current[table] ?? DEFAULT_TABLE_PREFERENCES;
      latest.current = { ...latest.current, [table]: { ...before, ...update } };
      setAll(latest.current);
      unkept.current.add(table);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void flush(), KEEP_AFTER_MS);
    },
    [flush],
  );

  useEffect(() => {
    const leave = () => void flush();
    window.addEventListener("pagehide", leave);
    return () => window.removeEventListener("pagehide", leave);
  }, [flush]);

  const preferences = useMemo(() => ({ all, change }), [all, change]);
  return <PreferencesContext value={preferences}>{children}</PreferencesContext>;
}

/** A table's preferences and how to change them. */
export function useTablePreferences(name: string) {
  const { all, change } = useContext(PreferencesContext);
  const changeThis = useCallback((update: Partial<TablePreferences>) => change(name, update), [change, name]);
  return [all[name] ?? DEFAULT_TABLE_PREFERENCES, changeThis] as const;
}
