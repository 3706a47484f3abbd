import type { ActivityRow } from "./model.ts";

/** When an event was: a reported use when its verifier made it, everything else when the authority recorded it. ISO 8601 in UTC. */
export function eventTime(row: ActivityRow): string {
  return row.kind === "use" ? row.use.at : row.at;
}

/** Later than this by how much, in milliseconds, a use came on record is told. */
const TOLD_LATER_MS = 1_000;

/** When a use was told of, where that was noticeably later than when it was; null otherwise. */
export function toldAt(row: ActivityRow): string | null {
  if (row.kind !== "use" || row.use.source !== "report") return null;
  const { at, receivedAt } = row.use;
  return Date.parse(receivedAt) - Date.parse(at) > TOLD_LATER_MS ? receivedAt : null;
}

/** Events newest first by when they were; the log itself has them by when they came on record. */
export function newestFirst(rows: readonly ActivityRow[]): ActivityRow[] {
  return rows.toSorted((one, other) => {
    const [a, b] = [`${eventTime(one)} ${one.id}`, `${eventTime(other)} ${other.id}`];
    return a === b ? 0 : a < b ? 1 : -1;
  });
}
