import { ceilTo, DAY, floorTo, type Span } from "./grains.ts";
import { earlier, later } from "./stretches.ts";

/** In which busy days are counted. */
export const HOUR = 3_600;

/** A day in which somebody has many uses. */
export type BusyDay = { subject: string; day: Date };

/** The whole hours that counts of busy days answer, and what is left to the log: with those of whom it is. */
export type BusyParts = { rolled: Span; log: (Span & { subjects: readonly string[] })[] };

/**
 * Cuts a range into what busy days answer and what the log does, or null where they answer nothing of it.
 *
 * @param stepSeconds of a histogram; null: any.
 */
export function busyPartsOf(
  range: Span,
  subjects: readonly string[],
  busy: readonly BusyDay[],
  stepSeconds: number | null,
): BusyParts | null {
  const rolled = { from: ceilTo(range.from, HOUR), to: floorTo(range.to, HOUR) };
  if (busy.length === 0 || rolled.from >= rolled.to) return null;
  if (stepSeconds !== null && stepSeconds % HOUR !== 0) return null;
  const known = new Set(busy.map(({ subject, day }) => `${day.getTime()} ${subject}`));
  const log: BusyParts["log"] = [];
  const add = (from: Date, to: Date, left: readonly string[]) => {
    if (from >= to || left.length === 0) return;
    const last = log.at(-1);
    if (last?.to.getTime() === from.getTime() && last.subjects.join() === left.join()) last.to = to;
    else log.push({ from, to, subjects: left });
  };
  add(range.from, rolled.from, subjects);
  for (let day = floorTo(rolled.from, DAY); day < rolled.to; ) {
    const next = new Date(day.getTime() + DAY * 1_000);
    const quiet = subjects.filter((subject) => !known.has(`${day.getTime()} ${subject}`));
    add(later(day, rolled.from), earlier(next, rolled.to), quiet);
    day = next;
  }
  add(rolled.to, range.to, subjects);
  return { rolled, log };
}
