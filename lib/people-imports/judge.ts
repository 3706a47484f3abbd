import type { ImportOutcome } from "./model.ts";

/** A row as it was read: what it is known by and what it says; or why it cannot be read. */
export type ReadRow = { line: number } & (
  | { key: string; given: Record<string, unknown>; problem: null }
  | { key: string | null; given: Record<string, unknown>; problem: string }
);

/** A row with what applying it does, by the register as it is. */
export type JudgedRow = {
  line: number;
  outcome: ImportOutcome;
  key: string | null;
  remark: string | null;
  targetId: string | null;
  given: Record<string, unknown>;
  /** What of `given` is otherwise now. */
  before: Record<string, unknown> | null;
};

export function refused(row: ReadRow, remark: string): JudgedRow {
  return {
    line: row.line,
    outcome: "refused",
    key: row.key,
    remark,
    targetId: null,
    given: row.given,
    before: null,
  };
}

/** What of a row is otherwise than now; null where nothing is. Lists are compared as sets. */
export function otherwise(
  given: Record<string, unknown>,
  now: Record<string, unknown>,
): Record<string, unknown> | null {
  const same = (one: unknown, other: unknown) =>
    Array.isArray(one) && Array.isArray(other)
      ? one.length === other.length && one.every((value) => other.includes(value))
      : one === other;
  const fields = Object.keys(given).filter((name) => !same(given[name], now[name]));
  return fields.length === 0 ? null : Object.fromEntries(fields.map((name) => [name, now[name]]));
}
