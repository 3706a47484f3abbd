/** The instants of a key's life, ISO 8601 in UTC. */
export type KeyLife = {
  createdAt: string;
  activatedAt: string | null;
  retiringAt: string | null;
  retiredAt: string | null;
  compromisedAt: string | null;
};

export type KeySegment = {
  phase: "standby" | "signing" | "verifying";
  fromMs: number;
  /** Null while it lasts. */
  untilMs: number | null;
};

const ms = (at: string | null) => (at === null ? null : Date.parse(at));

/** What a key did and when: announced, signing, still verifying. A compromise ends all of it. */
export function keySegments(key: KeyLife): KeySegment[] {
  const end = ms(key.retiredAt) ?? ms(key.compromisedAt);
  const created = Date.parse(key.createdAt);
  const activated = ms(key.activatedAt);
  const retiring = ms(key.retiringAt);
  const segments: KeySegment[] = [];
  if (activated === null || activated > created)
    segments.push({ phase: "standby", fromMs: created, untilMs: activated ?? end });
  if (activated !== null) segments.push({ phase: "signing", fromMs: activated, untilMs: retiring ?? end });
  if (retiring !== null) segments.push({ phase: "verifying", fromMs: retiring, untilMs: end });
  return segments;
}

export type TimeAxis = { fromMs: number; untilMs: number; ticks: { ms: number; label: string }[] };

const MINUTE = 60_000;
const DAY = 86_400_000;
/** A key ring that was made a moment ago fills its axis all the same. */
const SPAN_MIN = 10 * MINUTE;
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/**
 * An axis from the first segment with room after now; ticks by month, day or time of day, as its length asks for. `offsetOf` gives how far the
 * reader's clock is ahead of UTC at an instant.
 */
export function keyAxis(
  segments: KeySegment[],
  nowMs: number,
  offsetOf: (ms: number) => number = () => 0,
): TimeAxis {
  const fromMs = Math.min(nowMs, ...segments.map((segment) => segment.fromMs));
  const untilMs = fromMs + Math.max(SPAN_MIN, (nowMs - fromMs) * 1.25);
  const spanDays = (untilMs - fromMs) / DAY;
  const ticks = spanDays > 75 ? monthTicks : spanDays > 4 ? dayTicks : timeTicks;
  const ahead = offsetOf(nowMs);
  // ticks stand at round times of the reader's clock, which may have been put forward or back in between
  const placed = ticks(fromMs + ahead, untilMs + ahead).map(({ ms: wall, label }) => ({
    ms: wall - offsetOf(wall - ahead),
    label,
  }));
  return { fromMs, untilMs, ticks: placed };
}

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const TIME_STEPS = [2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440].map((minutes) => minutes * MINUTE);

function timeTicks(fromMs: number, untilMs: number) {
  const step = TIME_STEPS.find((size) => (untilMs - fromMs) / size <= 8) ?? DAY;
  const ticks: TimeAxis["ticks"] = [];
  for (let tick = Math.ceil(fromMs / step) * step; tick < untilMs; tick += step)
    ticks.push({ ms: tick, label: tick % DAY === 0 ? DATE.format(tick) : TIME.format(tick) });
  return ticks;
}

function monthTicks(fromMs: number, untilMs: number) {
  const step = Math.max(1, Math.ceil((untilMs - fromMs) / DAY / 30 / 9));
  const ticks: TimeAxis["ticks"] = [];
  const at = new Date(fromMs);
  for (let month = at.getUTCMonth() + 1; ; month += step) {
    const tick = Date.UTC(at.getUTCFullYear(), month, 1);
    if (tick >= untilMs) return ticks;
    ticks.push({ ms: tick, label: MONTH.format(tick) });
  }
}

function dayTicks(fromMs: number, untilMs: number) {
  const step = Math.max(1, Math.ceil((untilMs - fromMs) / DAY / 8)) * DAY;
  const ticks: TimeAxis["ticks"] = [];
  for (let tick = Math.ceil(fromMs / DAY) * DAY; tick < untilMs; tick += step)
    ticks.push({ ms: tick, label: DATE.format(tick) });
  return ticks;
}
