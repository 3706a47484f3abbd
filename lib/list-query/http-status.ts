/** Statuses of HTTP as filters and people write them: `404`, `5xx`, `400..499`, and open to one side. None is beyond 599. Browser-safe. @see RFC 9110 section 15 */

const LEAST = 100;
const MOST = 599;

export type StatusSpan = { from: number; to: number };

function spanOf(text: string): StatusSpan | null {
  if (/^\d{3}$/.test(text)) return { from: Number(text), to: Number(text) };
  if (/^[1-5]xx$/i.test(text)) return { from: Number(text[0]) * 100, to: Number(text[0]) * 100 + 99 };
  const compared = /^(>=|<=|>|<)(\d{3})$/.exec(text);
  if (compared !== null) {
    const at = Number(compared[2]);
    if (compared[1] === ">=") return { from: at, to: MOST };
    if (compared[1] === ">") return { from: at + 1, to: MOST };
    return { from: LEAST, to: compared[1] === "<" ? at - 1 : at };
  }
  const sides = /^(\d{3})?\.\.(\d{3})?$/.exec(text);
  if (sides === null || (sides[1] === undefined && sides[2] === undefined)) return null;
  return { from: Number(sides[1] ?? LEAST), to: Number(sides[2] ?? MOST) };
}

/** The statuses that a text means, both ends among them, or null for what means none. */
export function parseStatus(text: string): StatusSpan | null {
  const span = spanOf(text);
  return span === null || span.from > span.to || span.from < LEAST || span.to > MOST ? null : span;
}

/** The one way they are written: `404`, `5xx`, `400..`, `..299`, `400..451`. */
export function formatStatus({ from, to }: StatusSpan): string {
  if (from === to) return String(from);
  if (from % 100 === 0 && to === from + 99) return `${from / 100}xx`;
  return `${from === LEAST ? "" : from}..${to === MOST ? "" : to}`;
}
