import type { ListRow } from "./columns.ts";

export type Held<Row> = {
  rows: Row[];
  /** How many rows wait above what is shown. */
  newer: number;
};

/**
 * What a list shows while its reader is below its top: the rows that are there stay where they are, each as it is now, and what is new
 * above them waits. A row that left from among them leaves; one that new rows pushed off the end of the page stays. Where nothing new
 * is above, the page is shown as it is.
 */
export function holdRows<Row extends ListRow>(shown: Row[], given: Row[]): Held<Row> {
  const known = new Set(shown.map(({ id }) => id));
  const lastKnown = given.findLastIndex(({ id }) => known.has(id));
  if (lastKnown === -1) return { rows: shown, newer: shown.length === 0 ? 0 : given.length };
  const newer = given.slice(0, lastKnown).filter(({ id }) => !known.has(id)).length;
  if (newer === 0) return { rows: given, newer };
  const byId = new Map(given.map((row) => [row.id, row]));
  const end = shown.findLastIndex(({ id }) => byId.has(id));
  const rows = shown.filter(({ id }, at) => at > end || byId.has(id)).map((row) => byId.get(row.id) ?? row);
  return { rows, newer };
}
