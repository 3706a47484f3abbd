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
}: {
  row: JourneyRow;
  committedMs: number;
  nowMs: number;
  longestMs: number;
  ticks: { place: number; word: string }[];
}) {
  const percent = (ms: number) => `${(placeOf(ms - committedMs, longestMs) * 100).toFixed(2)}%`;
  const endMs = row.until === null ? committedMs + longestMs : Date.parse(row.until);
  const isNowInside = nowMs - committedMs < longestMs;
  return (
    <div className={classes.lane} aria-hidden>
      {ticks.map(({ place, word }) => (
        <i key={word} className={classes.line} style={{ left: `${place * 100}%` }} />
      ))}
      {isNowInside ? <i className={classes.now} style={{ left: percent(nowMs) }} /> : null}
      <i className={classes.could} style={{ width: percent(endMs) }} />
      {row.state === "reached" ? (
        <i className={classes.refuses} style={{ left: percent(endMs) }} />
      ) : (
        <i className={classes.end} style={{ left: percent(endMs) }} />
      )}
      {row.acknowledgedAt ? (
        <i className={classes.acknowledged} style={{ left: percent(Date.parse(row.acknowledgedAt)) }} />
      ) : row.state === "reached" ? (
        <i className={classes.from} style={{ left: percent(endMs) }} />
      ) : null}
    </div>
  );
}
