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

const DAY = 86_400_000;
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** An axis over all segments with room after now; a tick per month, or per some days where it is short. */
export function keyAxis(segments: KeySegment[], nowMs: number): TimeAxis {
  const first = Math.min(nowMs - DAY, ...segments.map((segment) => segment.fromMs));
  const room = Math.max(DAY, (nowMs - first) * 0.25);
  const untilMs = nowMs + room;
  const spanDays = (untilMs - first) / DAY;
  return {
    fromMs: first,
    untilMs,
    ticks: spanDays > 75 ? monthTicks(first, untilMs) : dayTicks(first, untilMs),
  };
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
