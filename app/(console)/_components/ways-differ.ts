import type { SeenWay } from "#lib/propagation/model.ts";
import type { CheckWay } from "#lib/verifiers/model.ts";

const SEEN_AS: Record<CheckWay, readonly SeenWay[]> = {
  introspection: ["introspection"],
  forward_auth: ["introspection"],
  feed: ["feed", "poll"],
  status_list: ["status_list"],
  // what checks signatures alone is not heard of
  jwks: [],
};

/** Whether a verifier was seen to check in a way that its owner does not name. Opaque tokens have to be asked about, whatever the way. */
export function waysDiffer({ checkWay, seenWays }: { checkWay: CheckWay; seenWays: SeenWay[] }): boolean {
  return seenWays.some((way) => !SEEN_AS[checkWay].includes(way));
}
