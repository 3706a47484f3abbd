import type { Total } from "../list-query/define-table.ts";

/** Long work, for every layer; browser-safe. */
export const WORK_KINDS = ["order", "selection", "export", "check", "erasure"] as const;
export type WorkKind = (typeof WORK_KINDS)[number];

export const WORK_STATES = ["waiting", "running", "done", "cancelled", "failed"] as const;
export type WorkState = (typeof WORK_STATES)[number];

/** A piece of long work that is under way or has just ended. Times are ISO 8601 in UTC. */
export type WorkItem = {
  kind: WorkKind;
  id: string;
  /** What it is: "Export of Tokens as CSV". */
  title: string;
  /** What its counts count: "rows", "tokens written down". */
  unit: string;
  state: WorkState;
  done: number;
  /** Of how many, where that is known. */
  total: Total | null;
  /** Until it is done at the pace so far, in seconds; null where nobody can say. */
  secondsLeft: number | null;
  startedAt: string;
  endedAt: string | null;
  /** What went wrong, or what a person should know while it runs. */
  note: string | null;
  /** Whether the caller may end it, by the address that `cancelPath` names. */
  cancelPath: string | null;
  /** A page of the console about it, or null. */
  href: string | null;
};

/** Ended work is shown for this long. */
export const WORK_SHOWN_FOR_SECONDS = 3_600;

/** Whether it goes on. */
export function isUnderWay(item: Pick<WorkItem, "state">): boolean {
  return item.state === "waiting" || item.state === "running";
}

/** Until the rest is done, at the pace so far; null before there is a pace, and where the whole is not known. */
export function secondsLeft(work: {
  done: number;
  total: Total | null;
  startedAt: Date;
  now: Date;
}): number | null {
  const { done, total, startedAt, now } = work;
  if (total === null || !total.isExact || done <= 0) return null;
  const tookMs = now.getTime() - startedAt.getTime();
  if (tookMs <= 0) return null;
  return Math.max(0, Math.ceil(((total.value - done) * tookMs) / done / 1000));
}
