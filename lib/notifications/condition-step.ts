/** How something that goes on for longer stands. Times in milliseconds since the epoch. */
export type Condition = {
  /** rising (not told yet), on (told), falling (over, and not told yet). */
  phase: "rising" | "on" | "falling";
  /** When the phase began. */
  sinceMs: number;
  /** When it began, of one that was told. */
  beganAtMs: number | null;
};

export type Step = { next: Condition | null; tell: "began" | "ended" | null };

/**
 * One look at something that may be bad: it is told once when it has been for so long, and once when it has been over for so long. What comes and goes in between is told neither
 * way: it lasts until it stays away. Pure.
 */
export function stepCondition(
  current: Condition | null,
  isBad: boolean,
  nowMs: number,
  { riseMs, fallMs }: { riseMs: number; fallMs: number },
): Step {
  const before: Condition = current ?? { phase: "rising", sinceMs: nowMs, beganAtMs: null };
  const { phase, sinceMs, beganAtMs } = before;
  switch (phase) {
    case "rising":
      if (!isBad) return { next: null, tell: null };
      if (nowMs - sinceMs < riseMs) return { next: before, tell: null };
      return { next: { phase: "on", sinceMs: nowMs, beganAtMs: sinceMs }, tell: "began" };
    case "on":
      if (isBad) return { next: before, tell: null };
      return fallMs === 0
        ? { next: null, tell: "ended" }
        : { next: { phase: "falling", sinceMs: nowMs, beganAtMs }, tell: null };
    case "falling":
      if (isBad) return { next: { phase: "on", sinceMs: nowMs, beganAtMs }, tell: null };
      if (nowMs - sinceMs < fallMs) return { next: before, tell: null };
      return { next: null, tell: "ended" };
    default:
      return phase satisfies never;
  }
}
