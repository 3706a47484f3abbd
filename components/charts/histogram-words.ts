import { isOfThisYear, yearIn } from "./chart-years.ts";

const DAY_SECONDS = 86_400;

type Bars = {
  bucketSeconds: number;
  /** When the first and the last begin. */
  fromMs: number;
  toMs: number;
  /** The reader's once the browser has it, UTC before. */
  timeZone: string | undefined;
  nowMs?: number;
};

/** How bars name their time, with the year where that is another than this one. */
export function histogramWords({ bucketSeconds, fromMs, toMs, timeZone, nowMs = Date.now() }: Bars) {
  const zone = timeZone === undefined ? {} : { timeZone };
  const day = { day: "numeric", month: "short" } as const;
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  const seconds = bucketSeconds < 60 ? { second: "2-digit" as const } : {};
  const spanSeconds = (toMs - fromMs) / 1_000 + bucketSeconds;
  const ofTick = {
    ...(spanSeconds > DAY_SECONDS * 1.5 ? day : {}),
    ...(bucketSeconds < DAY_SECONDS / 4 ? time : {}),
    ...(spanSeconds < 1_800 ? { second: "2-digit" as const } : {}),
    ...zone,
  };
  const tick = new Intl.DateTimeFormat("en-GB", ofTick);
  const tickWithYear = new Intl.DateTimeFormat("en-GB", { ...ofTick, ...day, year: "numeric" });
  const yearOf = yearIn(timeZone);
  const thisYear = yearOf(nowMs);
  const hasYears = !isOfThisYear({ fromMs, toMs, timeZone, nowMs });
  const words = (options: Intl.DateTimeFormatOptions) => {
    const ofNow = new Intl.DateTimeFormat("en-GB", { ...options, ...zone });
    const ofOther = new Intl.DateTimeFormat("en-GB", { ...options, year: "numeric", ...zone });
    return (ms: number) => (yearOf(ms) === thisYear ? ofNow : ofOther).format(ms);
  };
  return {
    /** One below an axis; `before` is the one to its left. The first says its year, and each in which another begins: there is no room for more. */
    tick: (ms: number, before: number | undefined) =>
      (hasYears && (before === undefined || yearOf(before) !== yearOf(ms)) ? tickWithYear : tick).format(ms),
    short: words({ ...day, ...time, ...seconds }),
    exact: words({ ...day, ...time, ...seconds, timeZoneName: "short" }),
    instant: words({ ...day, ...time, second: "2-digit" }),
    zone: tick.resolvedOptions().timeZone,
  };
}
