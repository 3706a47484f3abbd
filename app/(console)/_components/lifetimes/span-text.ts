const UNITS = [
  { seconds: 86_400, short: "d", names: ["d", "day", "days"] },
  { seconds: 3_600, short: "h", names: ["h", "hr", "hour", "hours"] },
  { seconds: 60, short: "min", names: ["min", "m", "mins", "minute", "minutes"] },
  { seconds: 1, short: "s", names: ["s", "sec", "secs", "second", "seconds"] },
] as const;

/** A span for a field, exact: `1 h 30 min`, `10 min`, `0 s`. */
export function spanText(seconds: number): string {
  let left = seconds;
  const parts: string[] = [];
  for (const { seconds: size, short } of UNITS) {
    const count = Math.floor(left / size);
    if (count > 0) parts.push(`${count} ${short}`);
    left -= count * size;
  }
  return parts.length === 0 ? "0 s" : parts.join(" ");
}

const PART = /^\s*(\d{1,9}(?:\.\d{1,3})?)\s*([a-z]*)\s*/i;

/** Whole seconds from what people type, or null. A number alone is in `unitSeconds`. */
export function parseSpan(text: string, unitSeconds: number): number | null {
  let rest = text.trim();
  if (rest === "") return null;
  let seconds = 0;
  for (let isFirst = true; rest !== ""; isFirst = false) {
    const [all, count, name = ""] = PART.exec(rest) ?? [];
    if (all === undefined) return null;
    const isAlone = name === "" && isFirst && all.length === rest.length;
    const unit = UNITS.find(({ names }) => (names as readonly string[]).includes(name.toLowerCase()));
    if (unit === undefined && !isAlone) return null;
    seconds += Number(count) * (unit?.seconds ?? unitSeconds);
    rest = rest.slice(all.length);
  }
  return Number.isSafeInteger(seconds) ? seconds : null;
}
