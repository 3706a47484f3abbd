const UNITS = [
  { seconds: 86_400 * 365, short: "y", word: "year" },
  { seconds: 86_400, short: "d", word: "day" },
  { seconds: 3_600, short: "h", word: "hour" },
  { seconds: 60, short: "min", word: "minute" },
  { seconds: 1, short: "s", word: "second" },
] as const;

/** A span in its two largest units: `6 d 4 h`, `12 min`, `8 min 49 s`. The second unit is left out above ten of the first. */
export function shortDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const at = UNITS.findIndex((unit) => whole >= unit.seconds);
  const unit = UNITS[at];
  if (unit === undefined) return "0 s";
  const first = Math.floor(whole / unit.seconds);
  const next = UNITS[at + 1];
  const rest = next === undefined ? 0 : Math.floor((whole % unit.seconds) / next.seconds);
  if (next === undefined || rest === 0 || first >= 10) return `${first} ${unit.short}`;
  return `${first} ${unit.short} ${rest} ${next.short}`;
}

/** A span in words, exact: `1 hour`, `90 seconds` as `1 minute 30 seconds`. */
export function durationWords(seconds: number): string {
  let left = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const { seconds: size, word } of UNITS) {
    const count = Math.floor(left / size);
    if (count === 0) continue;
    parts.push(`${count} ${word}${count === 1 ? "" : "s"}`);
    left -= count * size;
  }
  return parts.length === 0 ? "0 seconds" : parts.join(" ");
}

/** A span as the next to or past instant: `in 36 min`, `4 min ago`, `now`. */
export function relativeWords(instantMs: number, nowMs: number): string {
  const seconds = (instantMs - nowMs) / 1000;
  if (Math.abs(seconds) < 1) return "now";
  return seconds > 0 ? `in ${shortDuration(seconds)}` : `${shortDuration(oneUnit(-seconds))} ago`;
}

/** For how long something has lasted since an instant: `for 4 min`. */
export function lastingWords(instantMs: number, nowMs: number): string {
  return `for ${shortDuration(oneUnit(Math.max(0, nowMs - instantMs) / 1000))}`;
}

/** The past is told in one unit only. */
function oneUnit(seconds: number): number {
  const unit = UNITS.find((candidate) => seconds >= candidate.seconds);
  return unit === undefined ? seconds : Math.floor(seconds / unit.seconds) * unit.seconds;
}
