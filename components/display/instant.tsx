"use client";

import { Hint } from "../on-demand/hint.tsx";
import { useClock } from "./clock.tsx";
import { lastingWords, relativeWords } from "./duration.ts";
import classes from "./instant.module.css";
import { useIsHydrated } from "./use-is-hydrated.ts";

const LOCAL = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});
const SHORT = {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
} as const;
const OF_NOW = formatsOf(SHORT);
/** Uses stay for a year and acts for ten: what is of another year says so. */
const OF_ANOTHER_YEAR = formatsOf({ ...SHORT, year: "numeric" });

function formatsOf(options: Intl.DateTimeFormatOptions) {
  return {
    local: new Intl.DateTimeFormat("en-GB", options),
    utc: new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }),
  };
}

/** An instant in the reader's own time zone, with its name. */
export function localWords(at: string): string {
  return LOCAL.format(new Date(at));
}

/** `2026-11-17 09:36:41 UTC`. */
export function utcWords(at: string): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `17 Nov, 09:36:41`, or `17 Nov 2025, 09:36:41` of another year, in the reader's own time zone once that is known. */
export function shortWords(at: string, isLocal: boolean, now = new Date()): string {
  const date = new Date(at);
  const isOfNow = isLocal
    ? date.getFullYear() === now.getFullYear()
    : date.getUTCFullYear() === now.getUTCFullYear();
  const { local, utc } = isOfNow ? OF_NOW : OF_ANOTHER_YEAR;
  return (isLocal ? local : utc).format(date);
}

type InstantProps = {
  /** ISO 8601 in UTC; null shows `none`. */
  at: string | null;
  /** relative (`4 min ago`, the default), lasting (`for 4 min`) or exact (`17 Nov, 09:36:41`). */
  show?: "relative" | "lasting" | "exact";
  /** Words before it, such as "ended". */
  prefix?: string;
  none?: string;
  /** A further line of the tooltip, such as the precision. */
  hint?: string;
  /** Whether the keyboard can reach it for its tooltip. Off in tables, where the drawer tells the same. */
  focusable?: boolean;
};

/** Alone in following the clock: what is around it is much dearer to draw. */
function Relative({ ms, isLasting = false }: { ms: number; isLasting?: boolean }) {
  return useClock((nowMs) => (isLasting ? lastingWords : relativeWords)(ms, nowMs));
}

/** What the tooltip says: made only where it is shown, a list has a hundred and fifty of them. */
function Exact({
  at,
  ms,
  isExact,
  hint,
}: {
  at: string;
  ms: number;
  isExact: boolean;
  hint: string | undefined;
}) {
  return (
    <span className={classes.exact}>
      <span>{localWords(at)}</span>
      <span>{utcWords(at)}</span>
      {isExact ? (
        <span>
          <Relative ms={ms} />
        </span>
      ) : null}
      {hint ? <span>{hint}</span> : null}
    </span>
  );
}

/** A time: short in the text, exact (local and UTC) on hover and focus. */
export function Instant({
  at,
  show = "relative",
  prefix,
  none = "–",
  hint,
  focusable = false,
}: InstantProps) {
  const ms = at === null ? Number.NaN : Date.parse(at);
  const isHydrated = useIsHydrated();
  if (at === null || Number.isNaN(ms)) return <span className="faint">{none}</span>;
  return (
    <Hint
      events={{ hover: true, focus: true, touch: true }}
      label={<Exact at={at} ms={ms} isExact={show === "exact"} hint={hint} />}
    >
      <time
        dateTime={at}
        className={classes.instant}
        {...(focusable ? { tabIndex: 0 } : {})}
        suppressHydrationWarning
      >
        {prefix ? `${prefix} ` : ""}
        {show === "exact" ? shortWords(at, isHydrated) : <Relative ms={ms} isLasting={show === "lasting"} />}
      </time>
    </Hint>
  );
}
