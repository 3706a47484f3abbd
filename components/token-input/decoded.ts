/**
 * A row of base64 or base64url, broken over lines of 76 or 64 or not. Parts of a JWT, which stand beside a full stop, are none; what ends a sentence is one.
 * What is one at a time has an end, two million characters: the search remembers its way back in each.
 */
const ROW =
  /(?<![\w.+/-])(?:[0-9A-Za-z+/]{76}\r?\n|[0-9A-Za-z+/]{64}\r?\n){0,25000}[0-9A-Za-z+/_-]{2,2000000}={0,2}(?!\.[\w-])/g;
const ROW_MIN = 24;
/** Begun like text: a row of random bytes is not decoded any further. Eight rows of four characters are 24 bytes. */
const BEGINNING = 32;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what text has none of
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f]/;
/** A token or a secret of ours, or a JWT with its payload. */
const VALUE = /tw[a-z]_[0-9A-Za-z_-]{16,}|eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}/;
/** Credentials within a file of credentials that is encoded as a whole: a secret of Kubernetes with Docker's. */
const ROUNDS = 2;

/** Bytes as characters, which is enough for what is looked for; empty where it is no base64. */
function bytesOf(row: string): string {
  const whole = row.replaceAll(/[=\s]/g, "").replaceAll("-", "+").replaceAll("_", "/");
  try {
    return atob(whole.length % 4 === 1 ? whole.slice(0, -1) : whole);
  } catch {
    return "";
  }
}

/**
 * A text in which base64 that holds a token is written as what it is: `Basic eDp0d2Ff…` as `Basic x:twa_…`. Everything else stays, each in its line. The time it takes, and the
 * length of what comes out, go with the length of the text: each row is decoded once, and again once within that.
 */
export function decoded(text: string, rounds = ROUNDS): string {
  if (rounds === 0) return text;
  return text.replace(ROW, (row) => {
    if (row.length < ROW_MIN || CONTROL.test(bytesOf(row.slice(0, BEGINNING)))) return row;
    const inside = decoded(bytesOf(row), rounds - 1);
    if (!VALUE.test(inside)) return row;
    // a line break inside of it is none of the text; its own come after it, so that what follows keeps its line
    return ` ${inside.replaceAll("\n", "\r")} ${row.replaceAll(/[^\n]/g, "")}`;
  });
}
