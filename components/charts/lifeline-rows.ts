/** A mark's words on a lifeline, measured in parts of its width. */
export type MarkWords = { place: number; isLate: boolean; width: number; lines: number };

const LINES_MAX = 3;

/** From which line each mark's words start, so that none are printed over those of another; in the order of the marks. */
export function lifelineRows(marks: readonly MarkWords[]): number[] {
  const taken: { line: number; from: number; to: number }[] = [];
  return marks.map((mark) => {
    const from = mark.isLate ? mark.place - mark.width : mark.place;
    const to = from + mark.width;
    const isFree = (first: number) =>
      !taken.some(
        (one) => one.line >= first && one.line < first + mark.lines && one.from < to && from < one.to,
      );
    let first = 0;
    while (first + mark.lines < LINES_MAX && !isFree(first)) first += 1;
    for (let line = first; line < first + mark.lines; line += 1) taken.push({ line, from, to });
    return first;
  });
}
