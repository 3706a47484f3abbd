import { OPAQUE_LENGTH, parseOpaque } from "#lib/tokens/opaque.ts";
import { claimsOf, joinWrapped, withoutFullStop, withoutTail } from "./wrapped-token.ts";

/** A value that stands in a text from `index` to `end`. */
export type Found = { value: string; index: number; end: number };

const OPAQUE = /tw[ar]_[0-9A-Za-z]{20,}/g;
// two parts where it was cut, three signed, five encrypted; the header alone where it was cut early
const JWT = /eyJ[0-9A-Za-z_-]{8,}(?:(?:\.[0-9A-Za-z_-]{8,})(?:\.[0-9A-Za-z_-]*){0,3}|[0-9A-Za-z_-]{8,})/y;
/** Characters of base64url in a row; shorter ones begin no JWT. */
const RUN = /[0-9A-Za-z_-]{11,}/g;
/** How often one row of them is tried as a header, and how long that is at most: the time it takes goes with the length of the text alone. */
const STARTS_MAX = 8;
const HEADER_MAX = 8_192;
/** Values that begin in the middle of a word and are broken over lines, in one text. */
const JOINS_MAX = 100;

/** The opaque tokens of a text. One that begins in the middle of a word, behind an escape that nobody knows, is one by its checksum. */
export function findOpaques(text: string): Found[] {
  const found: Found[] = [];
  const next = new RegExp(OPAQUE);
  for (let match = next.exec(text); match !== null; match = next.exec(text)) {
    const { 0: row, index } = match;
    const value = row.slice(0, OPAQUE_LENGTH);
    const isWhole = parseOpaque(value) !== null;
    const isInWord = /[0-9A-Za-z]/.test(text.charAt(index - 1));
    const joined = isWhole ? null : joinWrapped(text, row, index + row.length);
    if (isWhole) found.push({ value, index, end: index + value.length });
    else if (joined !== null) found.push({ ...joined, index });
    else if (!isInWord) found.push({ value: row, index, end: index + row.length });
    if (isWhole) next.lastIndex = index + value.length;
  }
  return found;
}

/** Where a JWT begins in a row of characters, by the header that it has there; -1 where nowhere. */
function headerIn(text: string, from: number, end: number): number {
  if (text.charAt(end) !== ".") return -1;
  let start = text.indexOf("eyJ", from);
  for (let tries = 0; tries < STARTS_MAX && start >= 0 && start < end; tries += 1) {
    if (end - start <= HEADER_MAX && typeof claimsOf(text.slice(start, end))?.alg === "string") return start;
    start = text.indexOf("eyJ", start + 1);
  }
  return -1;
}

function jwtAt(text: string, index: number): Found | null {
  JWT.lastIndex = index;
  const match = JWT.exec(text)?.[0];
  if (match === undefined) return null;
  const value = withoutTail(match);
  if (value.length < match.length) return { value, index, end: index + value.length };
  const end = index + match.length;
  return { index, ...(joinWrapped(text, match, end) ?? { value: withoutFullStop(match), end }) };
}

/** One whose header is broken over lines, in the middle of a word: only where it is whole. */
function brokenJwtAt(text: string, index: number, end: number): Found | null {
  const joined = joinWrapped(text, text.slice(index, end), end);
  return joined === null ? null : { index, ...joined };
}

/** The JWTs of a text. In the middle of a word, behind an escape that nobody knows, only what has a header is one. */
export function findJwts(text: string): Found[] {
  const found: Found[] = [];
  let joins = 0;
  const next = new RegExp(RUN);
  for (let match = next.exec(text); match !== null; match = next.exec(text)) {
    const [start, stop] = [match.index, match.index + match[0].length];
    const first = match[0].indexOf("eyJ");
    if (first < 0) continue;
    const header = headerIn(text, start, stop);
    let one = header >= 0 || first === 0 ? jwtAt(text, Math.max(start, header)) : null;
    if (one === null && first > 0 && /[\s=\\]/.test(text.charAt(stop)) && joins < JOINS_MAX) {
      joins += 1;
      one = brokenJwtAt(text, start + first, stop);
    }
    if (one === null) continue;
    found.push(one);
    next.lastIndex = one.end;
  }
  return found;
}
