import classes from "./lifeline.module.css";
import { type PlacedWords, placeWords, rowsOf, widestGap } from "./place-words.ts";

export type LifelineMark = {
  at: string;
  word: string;
  /** A second line. */
  more?: string;
  tone: "muted" | "revoked" | "suspended" | "expired";
};

/** Drawn once for each: the stylesheet shows the one that has the room, so that nothing is measured. Widths in pixels, at the least. */
export const LAYOUTS = [
  { name: "narrow", width: 280 },
  { name: "wide", width: 560 },
] as const;
export type LifelineLayout = (typeof LAYOUTS)[number];

const LINE_HEIGHT = 16;
/** Room that a label at the very edge has beyond it. */
const EDGE = 16;
/** Of small text, in pixels. */
const widthOf = (text: string) => text.length * 6.2;

export type PlacedMark = { mark: LifelineMark; share: number };

const percent = (share: number) => `${(share * 100).toFixed(3)}%`;

/** Where the marks' words stand in a layout, and how many lines of text they take. */
export function layOut(
  layout: LifelineLayout,
  marks: readonly PlacedMark[],
): { placed: PlacedWords[]; rows: number } {
  const texts = marks.map(({ mark, share }) => ({
    place: share,
    width: (Math.max(widthOf(mark.word), widthOf(mark.more ?? "")) + 14) / layout.width,
    lines: mark.more ? 2 : 1,
  }));
  const placed = placeWords(texts);
  return { placed, rows: rowsOf(texts, placed) };
}

/** The marks with their words, and where nothing happened, that in the widest room between them. */
export function MarksLayer({
  layout,
  marks,
  placed,
  none,
}: {
  layout: LifelineLayout;
  marks: PlacedMark[];
  placed: PlacedWords[];
  none: string | null;
}) {
  const gap = widestGap(marks.map(({ share }) => share));
  return (
    <div className={classes.layer} data-layout={layout.name}>
      {marks.map(({ mark, share }, index) => {
        const { side = "after", from = 0, row = 0, lineRow = 0 } = placed[index] ?? {};
        const start =
          side === "after"
            ? { left: `calc(${percent(share)} + 6px)` }
            : side === "before"
              ? { right: `calc(${percent(1 - share)} + 8px)` }
              : { left: percent(from) };
        return (
          <div key={`${mark.word} ${mark.at}`} data-tone={mark.tone}>
            <span
              className={classes.mark}
              data-mark
              style={{ left: percent(share), top: lineRow * LINE_HEIGHT }}
            />
            <span
              className={classes.words}
              data-words
              data-side={side}
              style={{ ...start, top: row * LINE_HEIGHT }}
            >
              <strong>{mark.word}</strong>
              {mark.more ? <span>{mark.more}</span> : null}
            </span>
          </div>
        );
      })}
      {none === null ? null : (
        <p
          className={classes.none}
          data-words
          style={{ left: percent(gap.middle), maxWidth: percent(gap.width) }}
        >
          {none}
        </p>
      )}
    </div>
  );
}

const STEPS = [
  10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
];

function ticksOf(fromMs: number, toMs: number, most: number): number[] {
  const step = (STEPS.find((seconds) => (toMs - fromMs) / (seconds * 1000) <= most) ?? 2_592_000) * 1000;
  const first = Math.ceil(fromMs / step) * step;
  return Array.from(
    { length: Math.max(0, Math.floor((toMs - first) / step) + 1) },
    (_, index) => first + index * step,
  );
}

/** The axis below: as many labels as have room beside each other. */
export function AxisLayer({
  layout,
  fromMs,
  toMs,
  clock,
}: {
  layout: LifelineLayout;
  fromMs: number;
  toMs: number;
  clock: (ms: number) => string;
}) {
  const width = widthOf(clock(fromMs));
  const shareOf = (ms: number) => (ms - fromMs) / (toMs - fromMs);
  const edge = Math.max(0, width / 2 - EDGE) / layout.width;
  const ticks = ticksOf(fromMs, toMs, Math.floor(layout.width / (width + 14)));
  return (
    <div className={classes.axis} data-layout={layout.name} aria-hidden suppressHydrationWarning>
      {ticks
        .filter((tick) => shareOf(tick) >= edge && shareOf(tick) <= 1 - edge)
        .map((tick) => (
          <span key={tick} data-words style={{ left: percent(shareOf(tick)) }} suppressHydrationWarning>
            {clock(tick)}
          </span>
        ))}
    </div>
  );
}
