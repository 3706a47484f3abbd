import pg from "pg";

const parseAny = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ, "text") as (
  text: string,
) => Date | number | null;

const [ZERO, DASH, DOT, PLUS] = [48, 45, 46, 43];

/** The number that two digits are. */
function two(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
}

/** The thousandths that stand after a dot, of one digit or more; more than three are cut off. */
function milliseconds(text: string, from: number, end: number): number {
  let value = 0;
  for (let at = from; at < from + 3; at += 1)
    value = value * 10 + (at < end ? text.charCodeAt(at) - ZERO : 0);
  return value;
}

/**
 * A `timestamptz` as PostgreSQL writes it in UTC, `2026-11-28 09:05:07.12+00`; connections of the product have that time zone. The parser that comes with the driver
 * takes ten times as long, and rows of the register have five of them; it reads what looks otherwise, such as years before Christ and infinity.
 */
export function parseTimestamp(text: string): Date | number | null {
  const end = text.length - 3;
  const isUtc =
    text.charCodeAt(end) === PLUS && text.charCodeAt(end + 1) === ZERO && text.charCodeAt(end + 2) === ZERO;
  const isPlain =
    isUtc && text.charCodeAt(4) === DASH && (end === 19 || (end > 20 && text.charCodeAt(19) === DOT));
  // years up to 99 mean others to Date.UTC
  if (!isPlain || text.charCodeAt(0) === ZERO) return parseAny(text);
  const year = two(text, 0) * 100 + two(text, 2);
  const fraction = end === 19 ? 0 : milliseconds(text, 20, end);
  return new Date(
    Date.UTC(year, two(text, 5) - 1, two(text, 8), two(text, 11), two(text, 14), two(text, 17), fraction),
  );
}
