"use client";

import { useMounted } from "@mantine/hooks";
import { countedNumber } from "#components/display/number-text.tsx";
import type { KeyRow } from "#lib/keys/model.ts";
import { type KeyLife, type KeySegment, keyAxis, keySegments } from "./key-segments.ts";
import classes from "./key-timeline.module.css";

type TimelineKey = KeyLife & { kid: string; purposeWord: string; liveTokens: KeyRow["liveTokens"] };

const DATE = {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
} as const;
const LOCAL = new Intl.DateTimeFormat("en-GB", DATE);
const UTC = new Intl.DateTimeFormat("en-GB", { ...DATE, timeZone: "UTC" });

function localOffset(ms: number): number {
  return -new Date(ms).getTimezoneOffset() * 60_000;
}

function saysIn(format: Intl.DateTimeFormat, segment: KeySegment): string {
  const until = segment.untilMs === null ? "now" : format.format(segment.untilMs);
  return `${segment.phase} from ${format.format(segment.fromMs)} to ${until}`;
}

/** Percent of the axis; what begins after it would be cut at the edge. */
const LAST_PLACE = 95;

/** The key ring as time: when each key was announced, signed, verified. The table below it is its twin; of a key alone its facts are. */
export function KeyTimeline({
  keys,
  now,
  isAlone = false,
}: {
  keys: TimelineKey[];
  now: string;
  /** On the key's own page: there is no row to lead to. */
  isAlone?: boolean;
}) {
  const isMounted = useMounted();
  const format = isMounted ? LOCAL : UTC;
  const says = (segment: KeySegment) => saysIn(format, segment);
  const nowMs = Date.parse(now);
  const rows = keys.map((key) => ({ key, segments: keySegments(key) }));
  const axis = keyAxis(
    rows.flatMap((row) => row.segments),
    nowMs,
    isMounted ? localOffset : undefined,
  );
  const place = (ms: number) => ((ms - axis.fromMs) / (axis.untilMs - axis.fromMs)) * 100;
  return (
    <figure className={classes.figure}>
      <figcaption className="for-screen-readers">
        {isAlone
          ? "The key over time; its facts have the same in words."
          : "Key ring over time; the table after it has the same in words."}
      </figcaption>
      <div className={classes.axis} aria-hidden>
        <span className={classes.zone}>times in {format.resolvedOptions().timeZone}</span>
        {axis.ticks.map((tick) => (
          <span
            key={tick.ms}
            className={classes.tick}
            data-last={place(tick.ms) > LAST_PLACE || undefined}
            style={{ left: `${place(tick.ms)}%` }}
          >
            {tick.label}
          </span>
        ))}
      </div>
      <div className={classes.rows}>
        <div className={classes.grid} aria-hidden>
          {axis.ticks.map((tick) => (
            <span key={tick.ms} className={classes.line} style={{ left: `${place(tick.ms)}%` }} />
          ))}
          <span className={classes.now} style={{ left: `${place(nowMs)}%` }}>
            <span className={classes.nowWord}>now</span>
          </span>
        </div>
        {rows.map(({ key, segments }) => (
          <div key={key.kid} className={classes.row}>
            <span className={classes.name}>
              {isAlone ? (
                <span className="mono">{key.kid}</span>
              ) : (
                <a className="mono" href={`#row-${key.kid}`}>
                  {key.kid}
                </a>
              )}
              <span className="faint">{key.purposeWord}</span>
            </span>
            <span className={classes.lane}>
              {segments.map((segment) => (
                <span
                  key={segment.phase}
                  className={classes.segment}
                  data-phase={segment.phase}
                  title={`${key.kid}: ${says(segment)}`}
                  style={{
                    left: `${place(segment.fromMs)}%`,
                    width: `calc(${place(segment.untilMs ?? nowMs) - place(segment.fromMs)}% - 3px)`,
                  }}
                >
                  <span className={classes.word}>
                    {segment.phase}
                    {segment.phase === "signing" && segment.untilMs === null && key.liveTokens?.value
                      ? ` · ${countedNumber(key.liveTokens)} live ${key.liveTokens.value === 1 ? "token" : "tokens"}`
                      : ""}
                  </span>
                </span>
              ))}
            </span>
          </div>
        ))}
      </div>
    </figure>
  );
}
