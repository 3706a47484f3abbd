import type { Window } from "../list-query/time-window.ts";
import type { RevokedCells } from "./revoked-cells.ts";
import { partKey, type TallyParts } from "./tally-parts.ts";

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** Tokens that are expected in the first window, for each that is wanted; in the next ones so many times as many. */
const [SLACK, GROWTH] = [3, 4];

/** Issue time, in milliseconds, in which a client has revoked tokens that can match. */
export type ClientSpan = { clientId: string; from: number; to: number };

/** A day (UTC) of the list's order, with what can match in it. */
type Piece = { day: number; expected: number; spans: Map<string, ClientSpan> };

export type RevokedOrder = "issued" | "expires";

function addTo(pieces: Map<number, Piece>, day: number, expected: number, key: string, span: ClientSpan) {
  const piece = pieces.get(day) ?? { day, expected: 0, spans: new Map<string, ClientSpan>() };
  pieces.set(day, piece);
  piece.expected += expected;
  const before = piece.spans.get(key);
  piece.spans.set(
    key,
    before === undefined
      ? span
      : { ...span, from: Math.min(before.from, span.from), to: Math.max(before.to, span.to) },
  );
}

/**
 * The days in which a revoked token can match: of each client, week and kind that has both revoked tokens and such as are asked for. What expires in a day
 * was issued one lifetime before. Of tokens issued before `tally.until` whose revocation is counted.
 */
function piecesOf(
  { cells }: RevokedCells,
  { parts, until }: TallyParts,
  { order, share, issued, expires }: RevokedQuestion,
): Piece[] {
  const pieces = new Map<number, Piece>();
  const first = issued.from?.getTime() ?? 0;
  const end = Math.min(until.getTime(), issued.to?.getTime() ?? Number.POSITIVE_INFINITY);
  for (const { clientId, kind, week, day, tokens } of cells) {
    const key = partKey(week, clientId, kind);
    const part = parts.get(key);
    if (part === undefined || tokens === 0) continue;
    if (expires.from !== null && day + DAY_MS <= expires.from.getTime()) continue;
    if (expires.to !== null && day >= expires.to.getTime()) continue;
    // lifetimes are counted in whole seconds, rounded up
    const from = Math.max(first, week, day - part.longestSeconds * 1_000);
    const to = Math.min(end, week + WEEK_MS, day + DAY_MS - (part.shortestSeconds - 1) * 1_000);
    if (from >= to) continue;
    const expected = tokens * Math.min(1, part.expected / part.tokens) * share;
    if (order === "expires") {
      addTo(pieces, day, expected, key, { clientId, from, to });
      continue;
    }
    for (let at = Math.floor(from / DAY_MS) * DAY_MS; at < to; at += DAY_MS) {
      const span = { clientId, from: Math.max(from, at), to: Math.min(to, at + DAY_MS) };
      addTo(pieces, at, (expected * (span.to - span.from)) / (to - from), clientId, span);
    }
  }
  return [...pieces.values()];
}

export type RevokedQuestion = {
  order: RevokedOrder;
  /** Which share of what the tally expects fulfils what it knows nothing of, about. */
  share: number;
  issued: Window;
  expires: Window;
};

/** A stretch of the list's order, with about how many matches are in it, and where. Stretches without any are parts of others. */
export type RevokedWindow = { within: Window; expected: number; spans: ClientSpan[] };

/**
 * The list's order cut into windows, in that order: each with as many matches as are wanted, as far as that is known, and more with each that was not enough. Together they are
 * all of it, from `past` on.
 */
export function revokedWindows(
  revoked: RevokedCells,
  tally: TallyParts,
  question: RevokedQuestion,
  { isDown, past, wanted }: { isDown: boolean; past: Date | null; wanted: number },
): RevokedWindow[] {
  const isAhead = ({ day }: Piece) =>
    past === null || (isDown ? day <= past.getTime() : day + DAY_MS > past.getTime());
  const pieces = piecesOf(revoked, tally, question)
    .filter(isAhead)
    .sort((one, other) => (isDown ? other.day - one.day : one.day - other.day));
  const windows: RevokedWindow[] = [];
  let enough = wanted * SLACK;
  let [expected, spans, edge]: [number, ClientSpan[], Date | null] = [0, [], null];
  const close = (to: Date | null) => {
    windows.push({ expected, spans, within: isDown ? { from: to, to: edge } : { from: edge, to } });
    [expected, spans, edge] = [0, [], to];
    enough *= GROWTH;
  };
  for (const [index, piece] of pieces.entries()) {
    expected += piece.expected;
    spans.push(...piece.spans.values());
    if (expected >= enough && index < pieces.length - 1) close(new Date(piece.day + (isDown ? 0 : DAY_MS)));
  }
  close(null);
  return windows;
}
