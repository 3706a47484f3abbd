import type { ListRow } from "./columns.ts";

/**
 * The rows of `next`; one that says the same as before is the same object as before, and so is the whole where nothing changed: what
 * is the same is not drawn again.
 */
export function shareRows<Row extends ListRow>(known: Row[], next: Row[]): Row[] {
  const byId = new Map(known.map((row) => [row.id, row]));
  const shared = next.map((row) => {
    const before = byId.get(row.id);
    return before !== undefined && JSON.stringify(before) === JSON.stringify(row) ? before : row;
  });
  const isSame = shared.length === known.length && shared.every((row, at) => row === known[at]);
  return isSame ? known : shared;
}
