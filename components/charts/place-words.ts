/** A mark's words on a time line, measured in parts of its width and in lines. */
export type MarkWords = { place: number; width: number; lines: number };

/** Where they stand: after the mark's own line, before it, or over its beginning. */
export type PlacedWords = {
  side: "after" | "before" | "over";
  /** Where the words begin, in parts of the width. */
  from: number;
  /** The line of text that they begin in. */
  row: number;
  /** The line of text that the mark's own line begins at, down to the axis. */
  lineRow: number;
};

/** Lines of text that words are placed in; where these cannot hold all, as many as do. */
export const ROWS = 3;
/** From here on words would rather stand before their mark: after it there is little room. */
const LATE = 0.6;
const OUTSIDE = 100;
const COLLIDING = 1_000;

function placesOf({ place, width, lines }: MarkWords, rows: number): PlacedWords[] {
  const over = Math.min(Math.max(0, place - width / 2), Math.max(0, 1 - width));
  return Array.from({ length: Math.max(1, rows - lines + 1) }, (_, row) => row).flatMap((row) => [
    { side: "after", from: place, row, lineRow: row },
    { side: "before", from: place - width, row, lineRow: row },
    { side: "over", from: over, row, lineRow: row + lines },
  ]);
}

function costOf(mark: MarkWords, placed: PlacedWords): number {
  const usual = mark.place > LATE ? "before" : "after";
  const isOutside = placed.from < 0 || placed.from + mark.width > 1;
  const side = placed.side === usual ? 0 : placed.side === "over" ? 4 : 2;
  return placed.row + side + (isOutside ? OUTSIDE : 0);
}

type Placed = { mark: MarkWords; at: PlacedWords };

function isWordsOnWords(one: Placed, other: Placed): boolean {
  return (
    one.at.row < other.at.row + other.mark.lines &&
    other.at.row < one.at.row + one.mark.lines &&
    one.at.from < other.at.from + other.mark.width &&
    other.at.from < one.at.from + one.mark.width
  );
}

function isLineThroughWords(line: Placed, words: Placed): boolean {
  return (
    words.at.from < line.mark.place &&
    line.mark.place < words.at.from + words.mark.width &&
    line.at.lineRow < words.at.row + words.mark.lines
  );
}

function collides(one: Placed, other: Placed): boolean {
  return isWordsOnWords(one, other) || isLineThroughWords(one, other) || isLineThroughWords(other, one);
}

/** The cheapest way within so many lines, of those that cost less than `bound`; null: there is none. */
function search(marks: readonly MarkWords[], rows: number, bound: number): PlacedWords[] | null {
  let best: { cost: number; placed: Placed[] | null } = { cost: bound, placed: null };
  function goOn(placed: Placed[], cost: number): void {
    if (cost >= best.cost) return;
    const mark = marks[placed.length];
    if (mark === undefined) {
      best = { cost, placed };
      return;
    }
    for (const at of placesOf(mark, rows)) {
      const next = { mark, at };
      const collisions = placed.filter((other) => collides(next, other)).length;
      goOn([...placed, next], cost + costOf(mark, at) + collisions * COLLIDING);
    }
  }
  goOn([], 0);
  return best.placed?.map(({ at }) => at) ?? null;
}

/**
 * Where each mark's words stand so that none cover others, no mark's line goes through words and none leave the plot, as near to their
 * usual place as that allows; in the order of the marks. Marks that crowd at an end take more lines than usual. For the few marks of one
 * life: every way is looked at.
 */
export function placeWords(marks: readonly MarkWords[]): PlacedWords[] {
  const most = Math.max(
    ROWS,
    marks.reduce((sum, { lines }) => sum + lines, 0),
  );
  for (let rows = ROWS; rows <= most; rows += 1) {
    const clean = search(marks, rows, OUTSIDE);
    if (clean !== null) return clean;
  }
  return search(marks, ROWS, Number.POSITIVE_INFINITY) ?? [];
}

/** The lines of text that placed words take. */
export function rowsOf(marks: readonly MarkWords[], placed: readonly PlacedWords[]): number {
  return Math.max(0, ...placed.map(({ row }, index) => row + (marks[index]?.lines ?? 1)));
}

/** The middle of the widest room between marks, in parts of the width. */
export function widestGap(places: readonly number[]): { middle: number; width: number } {
  const edges = [0, ...places, 1].sort((one, other) => one - other);
  let widest = { middle: 0.5, width: 0 };
  for (let at = 1; at < edges.length; at += 1) {
    const [from = 0, to = 0] = [edges[at - 1], edges[at]];
    if (to - from > widest.width) widest = { middle: (from + to) / 2, width: to - from };
  }
  return widest;
}
