import { durationWords } from "./duration.ts";

/** A span in words: `1 hour 30 minutes`, the seconds on hover. */
export function DurationText({ seconds }: { seconds: number }) {
  return (
    <time dateTime={`PT${seconds}S`} title={`${seconds} seconds`}>
      {durationWords(seconds)}
    </time>
  );
}
