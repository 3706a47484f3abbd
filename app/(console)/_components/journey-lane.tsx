import type { JourneyRow } from "#lib/propagation/model.ts";
import classes from "./journey-board.module.css";
import { placeOf } from "./journey-scale.ts";

/** A verifier's lane on the board. What it draws is in words beside it. */
export function JourneyLane({
  row,
  committedMs,
  nowMs,
  longestMs,
  ticks,
  endedMs,
}: {
  row: JourneyRow;
  committedMs: number;
  nowMs: number;
  longestMs: number;
  ticks: { place: number; word: string }[];
  /** When a suspension ended that is over; else null. */
  endedMs: number | null;
}) {
  const percent = (ms: number) => `${(placeOf(ms - committedMs, longestMs) * 100).toFixed(2)}%`;
  const endMs = row.until === null ? committedMs + longestMs : Date.parse(row.until);
  const isSpared = endedMs !== null && endMs >= endedMs;
  const untilPlace = endedMs === null ? 1 : placeOf(endedMs - committedMs, longestMs);
  const isNowInside = nowMs - committedMs < longestMs;
  return (
    <div className={classes.lane} aria-hidden>
      {ticks.map(({ place, word }) => (
        <i key={word} className={classes.line} style={{ left: `${place * 100}%` }} />
      ))}
      {isNowInside ? <i className={classes.now} style={{ left: percent(nowMs) }} /> : null}
      <i className={classes.could} style={{ width: percent(endMs) }} />
      {isSpared ? null : row.state === "reached" ? (
        <i
          className={classes.refuses}
          style={{ left: percent(endMs), right: `${((1 - untilPlace) * 100).toFixed(2)}%` }}
        />
      ) : (
        <i className={classes.end} style={{ left: percent(endMs) }} />
      )}
      {row.acknowledgedAt ? (
        <i className={classes.acknowledged} style={{ left: percent(Date.parse(row.acknowledgedAt)) }} />
      ) : row.state === "reached" && !isSpared ? (
        <i className={classes.from} style={{ left: percent(endMs) }} />
      ) : null}
    </div>
  );
}
