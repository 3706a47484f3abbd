import type { WorkItem } from "#lib/work/model.ts";
import { shortDuration } from "../display/duration.ts";
import { groupedNumber } from "../display/number-text.tsx";

/** "40 s left", in a place where there is little room. */
export function leftWords(secondsLeft: number): string {
  return `${shortDuration(Math.max(1, secondsLeft))} left`;
}

/** How far it has come: "12,000 of 400,000 rows, about 40 s left". */
export function progressWords(
  item: Pick<WorkItem, "done" | "total" | "unit" | "secondsLeft" | "state"> & Partial<Pick<WorkItem, "kind">>,
): string {
  const { done, total, unit, secondsLeft } = item;
  if (item.state === "waiting" && (item.kind === "check" || item.kind === "erasure"))
    return "Waits for a worker";
  if (item.state === "waiting") return "Waits for the browser to take it";
  // "at least so many" says nothing any more once there are more
  if (total === null || (!total.isExact && done >= total.value))
    return `${groupedNumber(done)} ${unit} so far`;
  if (!total.isExact)
    return `${groupedNumber(done)} ${unit} so far, of more than ${groupedNumber(total.value)}`;
  const left = secondsLeft === null ? "" : `, about ${leftWords(secondsLeft)}`;
  return `${groupedNumber(done)} of ${groupedNumber(total.value)} ${unit}${left}`;
}

/** How it ended. */
export function endWords(item: WorkItem): string {
  const count = `${groupedNumber(item.done)} ${item.unit}`;
  if (item.kind === "erasure") return item.note ?? `Done: ${count}`;
  if (item.kind === "check" && item.state === "done") return `It holds: ${count} verified`;
  if (item.kind === "check" && item.state === "cancelled") return `Cancelled after ${count}`;
  if (item.kind === "check") return item.note ?? `Failed after ${count}. Try it again.`;
  if (item.state === "done") return `Done: ${count}`;
  if (item.state === "cancelled") return `Cancelled after ${count}: the file is not whole`;
  return `Broke off after ${count}. ${item.note ?? ""}`.trim();
}

/** From 0 to 100, or null where the whole is not known. */
export function percentOf({ done, total }: Pick<WorkItem, "done" | "total">): number | null {
  if (total === null || !total.isExact || total.value <= 0) return null;
  return Math.min(100, Math.floor((done * 100) / total.value));
}
