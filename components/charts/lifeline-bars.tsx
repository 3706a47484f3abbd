import { durationWords } from "../display/duration.ts";
import { localWords, utcWords } from "../display/instant.tsx";
import { groupedNumber } from "../display/number-text.tsx";
import { Hint } from "../on-demand/hint.tsx";
import classes from "./lifeline.module.css";

/** `issued`: tokens given out, where a life has those. */
export type LifelineBucket = { at: string; allowed: number; refused: number; issued?: number };

export const allOf = ({ allowed, refused, issued = 0 }: LifelineBucket) => allowed + refused + issued;

/** A bar begins no earlier than the life, and one of refusals alone no earlier than the end that fell into its time. */
function barOf(bucket: LifelineBucket, seconds: number, startMs: number, endsMs: readonly number[]) {
  const fromMs = Date.parse(bucket.at);
  const untilMs = fromMs + seconds * 1000;
  const ended =
    bucket.allowed + (bucket.issued ?? 0) === 0 ? endsMs.filter((ms) => ms > fromMs && ms < untilMs) : [];
  const at = Math.max(fromMs, startMs, ...ended);
  return { at, untilMs: Math.max(at, untilMs) };
}

type LifelineBarsProps = {
  used: LifelineBucket[];
  bucketSeconds: number;
  /** What the highest bar could be. */
  most: number;
  hasIssues: boolean;
  startMs: number;
  endsMs: readonly number[];
  place: (ms: number) => string;
  widthOf: (ms: number) => string;
};

/** Uses over a life: a bar for each step that has any, with its figures on hover. */
export function LifelineBars(props: LifelineBarsProps) {
  const { used, bucketSeconds, most, hasIssues, startMs, endsMs, place, widthOf } = props;
  return used.map((bucket) => {
    const { at, untilMs } = barOf(bucket, bucketSeconds, startMs, endsMs);
    const parts = [
      { part: classes.refused, count: bucket.refused },
      { part: classes.allowed, count: bucket.allowed },
      { part: classes.issued, count: bucket.issued ?? 0 },
    ];
    return (
      <Hint
        key={bucket.at}
        openDelay={0}
        label={
          <>
            {groupedNumber(bucket.allowed)} allowed, {groupedNumber(bucket.refused)} refused
            {hasIssues ? `, ${groupedNumber(bucket.issued ?? 0)} issued` : ""} in{" "}
            {durationWords(bucketSeconds)}
            <br />
            from {localWords(bucket.at)}
            <br />
            {utcWords(bucket.at)}
          </>
        }
      >
        <span className={classes.bar} style={{ left: place(at), width: widthOf(untilMs - at) }}>
          {parts.map(({ part, count }) =>
            count > 0 ? (
              <span key={part} className={part} style={{ height: `${(count / most) * 100}%` }} />
            ) : null,
          )}
        </span>
      </Hint>
    );
  });
}
