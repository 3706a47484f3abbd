import type { Direction, Sort } from "./define-table.ts";
import { parseInstant } from "./filter-value.ts";

/** A place in an ordered list: after or before the row with this sort value and id. Browser-safe. */
export type Cursor = {
  table: string;
  sortKey: string;
  direction: Direction;
  /** Which way the page goes from the row. */
  towards: "next" | "previous";
  value: string;
  id: string;
};

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The opaque text of a cursor: base64url of its JSON. It holds nothing that its reader has not seen, and grants nothing. */
export function encodeCursor(cursor: Cursor): string {
  const json = JSON.stringify([
    cursor.table,
    cursor.sortKey,
    cursor.direction,
    cursor.towards,
    cursor.value,
    cursor.id,
  ]);
  const binary = String.fromCharCode(...new TextEncoder().encode(json));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function decodeJson(text: string): unknown {
  if (text.length > 2000 || !/^[A-Za-z0-9_-]+$/.test(text)) return null;
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(binary, (c) => c.charCodeAt(0))),
    );
  } catch {
    return null;
  }
}

function isValueOf(sort: Sort, value: string): boolean {
  switch (sort.type) {
    case "time":
      return parseInstant(value) === value;
    case "number":
      return /^-?\d{1,18}$/.test(value);
    case "text":
      return value.length <= 1000 && !value.includes("\0");
    default:
      return sort.type satisfies never;
  }
}

/** The cursor of this table and sort, or null: forged, cut, or of another list. */
export function parseCursor(
  text: string,
  expected: { table: string; sortKey: string; direction: Direction; sort: Sort },
): Cursor | null {
  const parts = decodeJson(text);
  if (!Array.isArray(parts) || parts.length !== 6 || !parts.every((part) => typeof part === "string"))
    return null;
  const [table, sortKey, direction, towards, value, id] = parts as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if (table !== expected.table || sortKey !== expected.sortKey || direction !== expected.direction)
    return null;
  if ((towards !== "next" && towards !== "previous") || !ID.test(id) || !isValueOf(expected.sort, value))
    return null;
  return { table, sortKey, direction: expected.direction, towards, value, id };
}
