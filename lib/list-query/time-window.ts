import type { TimeValue } from "./define-table.ts";
import { all, type Fragment, sql } from "./sql-fragment.ts";

export type Window = { from: Date | null; to: Date | null };

/** The instants that a time filter means at `now`: `from` is included, `to` is not. */
export function timeWindow(value: TimeValue, looks: "back" | "ahead", now: Date): Window {
  if (value.type === "range")
    return {
      from: value.from === null ? null : new Date(value.from),
      to: value.to === null ? null : new Date(value.to),
    };
  const distance = value.seconds * 1000;
  const isWithin = value.type === "within";
  if (looks === "ahead") {
    const edge = new Date(now.getTime() + distance);
    return isWithin ? { from: now, to: edge } : { from: edge, to: null };
  }
  const edge = new Date(now.getTime() - distance);
  return isWithin ? { from: edge, to: null } : { from: null, to: edge };
}

/** A column inside a window. */
export function inWindow(column: Fragment, { from, to }: Window): Fragment {
  const conditions: Fragment[] = [];
  if (from !== null) conditions.push(sql`${column} >= ${from}::timestamptz`);
  if (to !== null) conditions.push(sql`${column} < ${to}::timestamptz`);
  return all(conditions);
}
