import { DomainError } from "../errors.ts";
import type { PlanInput } from "./input.ts";

const DAY_MS = 86_400_000;
/** Days that a suspension may last; what is to last longer is left open. */
const SUSPENSION_DAYS_MAX = 365;

function refused(path: string, message: string): DomainError {
  return new DomainError("INVALID_INPUT", message, { fields: [{ path, message }] });
}

/** @throws {DomainError} INVALID_INPUT for a schedule that is past or beyond the horizon, an end before the beginning, an end of what has none. */
export function requireTimes(
  { verb, effectiveFrom, suspendedUntil }: PlanInput,
  { now, horizonDays }: { now: Date; horizonDays: number },
): void {
  if (effectiveFrom !== undefined) {
    if (effectiveFrom <= now) throw refused("effectiveFrom", "The order would begin in the past.");
    if (effectiveFrom.getTime() > now.getTime() + horizonDays * DAY_MS)
      throw refused(
        "effectiveFrom",
        `An order begins at most ${horizonDays} days from now; the organisation's settings say so.`,
      );
  }
  if (suspendedUntil === undefined) return;
  if (verb !== "suspend") throw refused("suspendedUntil", "A revocation has no end.");
  const begins = effectiveFrom ?? now;
  if (suspendedUntil <= begins) throw refused("suspendedUntil", "The suspension would end before it begins.");
  if (suspendedUntil.getTime() > begins.getTime() + SUSPENSION_DAYS_MAX * DAY_MS)
    throw refused(
      "suspendedUntil",
      `A suspension ends within ${SUSPENSION_DAYS_MAX} days; leave its end open to restore it by hand.`,
    );
}
