const TICKS = [
  { ms: 0, word: "commit" },
  { ms: 100, word: "100 ms" },
  { ms: 1_000, word: "1 s" },
  { ms: 10_000, word: "10 s" },
  { ms: 60_000, word: "1 min" },
  { ms: 600_000, word: "10 min" },
  { ms: 3_600_000, word: "1 h" },
  { ms: 86_400_000, word: "1 d" },
];
/** Shorter than this nothing is told apart. */
const FINEST_MS = 10;

/** Where a time since the commit lies, from 0 to 1: most happens within milliseconds, the rest takes minutes, so each tenfold has the same room. */
export function placeOf(ms: number, longestMs: number): number {
  const stretched = (value: number) => Math.log10(1 + Math.max(0, value) / FINEST_MS);
  return Math.min(1, stretched(ms) / stretched(longestMs));
}

/** The marks of an axis of that length. */
export function ticksUpTo(longestMs: number): { place: number; word: string }[] {
  return TICKS.filter(({ ms }) => ms <= longestMs * 0.85).map(({ ms, word }) => ({
    place: placeOf(ms, longestMs),
    word,
  }));
}
