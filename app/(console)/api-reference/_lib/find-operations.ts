import type { IndexRow } from "./document.ts";

/** The operations that have every word of a text in their method, path or summary. */
export function findOperations(rows: readonly IndexRow[], text: string): IndexRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ method, path, summary }) => {
    const own = `${method} ${path} ${summary}`.toLowerCase();
    return words.every((word) => own.includes(word));
  });
}
