"use client";

import { useClock } from "#components/display/clock.tsx";
import { durationWords, shortDuration } from "#components/display/duration.ts";
import classes from "./lifetime-bar.module.css";

/** Its life against now: from issue to expiry, cut where it was ended. */
export function LifetimeBar({ from, to, endedAt }: { from: string; to: string; endedAt: string | null }) {
  const start = Date.parse(from);
  const end = Date.parse(to);
  const ended = endedAt === null ? Number.POSITIVE_INFINITY : Date.parse(endedAt);
  const lived = useClock((now) =>
    Math.round(Math.min(1, Math.max(0, (Math.min(now, ended) - start) / (end - start))) * 1000),
  );
  const words = useClock((now) => {
    if (ended < end) return `ended ${shortDuration((end - ended) / 1000)} early`;
    return now < end
      ? `${shortDuration((end - now) / 1000)} left`
      : `over for ${shortDuration((now - end) / 1000)}`;
  });
  return (
    <div className={classes.life}>
      <div className={classes.track} aria-hidden>
        <span
          className={classes.lived}
          data-ended={ended < end || undefined}
          style={{ width: `${lived / 10}%` }}
        />
      </div>
      <p className={classes.words}>
        <span>lives {durationWords(Math.ceil((end - start) / 1000))}</span>
        <span>{words}</span>
      </p>
    </div>
  );
}
