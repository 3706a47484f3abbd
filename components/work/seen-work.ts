import { isUnderWay, type WorkItem } from "#lib/work/model.ts";

const KEY = "tokenwarden.work";
const KEPT_MAX = 50;

function readSeen(): string[] {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? "[]") as unknown;
    return Array.isArray(value) ? value.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

function keepSeen(ids: Iterable<string>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...ids].slice(-KEPT_MAX)));
  } catch {
    // a browser that keeps nothing tells only what ends before its eyes
  }
}

/** Work that was begun here: its end is told, however soon it comes. */
export function rememberWork(id: string): void {
  keepSeen([...readSeen(), id]);
}

/**
 * What was under way when this browser last looked and has ended since. Kept in the browser, so that an end is told after a reload too, and by one
 * tab alone.
 */
export function endedSinceSeen(items: readonly WorkItem[]): WorkItem[] {
  const seen = new Set(readSeen());
  const ended = items.filter((item) => !isUnderWay(item) && seen.has(item.id));
  for (const { id } of ended) seen.delete(id);
  for (const { id } of items.filter(isUnderWay)) seen.add(id);
  keepSeen(seen);
  return ended;
}
