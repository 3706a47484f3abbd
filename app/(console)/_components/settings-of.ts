import type { SeenWay } from "#lib/propagation/model.ts";
import type { CheckWay } from "#lib/verifiers/model.ts";

export type Settings = {
  /** What it does while it hears nothing, and for how long that may be: for who hears at all. */
  hearing: boolean;
  /** When its uses are on record: of what it asks about. */
  record: boolean;
};

const HEARS: readonly string[] = ["feed", "poll", "status_list"] satisfies (CheckWay | SeenWay)[];
const ASKS: readonly string[] = ["introspection", "forward_auth"] satisfies (CheckWay | SeenWay)[];

/** Which of a verifier's settings mean something, by the way that it checks: as its owner says, or as it was seen. */
export function settingsOf(checkWay: CheckWay, seenWays: readonly SeenWay[]): Settings {
  const ways = [checkWay, ...seenWays];
  return { hearing: ways.some((way) => HEARS.includes(way)), record: ways.some((way) => ASKS.includes(way)) };
}
