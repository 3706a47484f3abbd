/** Costly numbers are kept for this many times as long as they took to count, within bounds: a small register is always fresh. */
const FACTOR = 10;
const MIN_MS = 300;
const MAX_MS = 20_000;

type Entry<Value> = { value: Promise<Value>; freshUntilMs: number };

/** Keeps one answer per database for as long as its cost is worth; callers of the same moment share one. */
export function timedCache<Key extends WeakKey, Value>(): {
  get(key: Key, count: () => Promise<Value>): Promise<Value>;
} {
  const entries = new WeakMap<Key, Entry<Value>>();
  return {
    get(key, count) {
      const known = entries.get(key);
      if (known !== undefined && performance.now() < known.freshUntilMs) return known.value;
      const startMs = performance.now();
      const entry: Entry<Value> = { value: count(), freshUntilMs: Number.POSITIVE_INFINITY };
      entries.set(key, entry);
      entry.value.then(
        () => {
          const tookMs = performance.now() - startMs;
          entry.freshUntilMs = performance.now() + Math.min(MAX_MS, Math.max(MIN_MS, tookMs * FACTOR));
        },
        () => entries.delete(key),
      );
      return entry.value;
    },
  };
}
