/** The live connection says so often that it is there. */
export const BEAT_MS = 12_000;

/** What moves when something happens: a glance at the end of each log. Says that there is news, never what. */
export type Pulse = {
  newestTokenId: string | null;
  /** Revocations, suspensions, restores. */
  feedPosition: string;
  unsettledOrders: number;
  newestUseAt: string | null;
  /** Moves with what is refused without a token on record, which is counted and never written one by one. */
  refusedCounts: string;
  /** The last admin act's sequence. */
  newestEntry: string;
  /** Moves when a verifier says that it has come further in the feed. */
  acknowledged: string;
  /** Moves with clients, verifiers, keys, groups and settings. */
  registryVersion: string;
  /** Moves with what the rules find unusual. */
  detections: string;
  /** Moves when a verifier is first known to have a key, or one of its processes holds other keys than before. */
  keysHeld: string;
  /** Moves with what is sent to SIEMs, receivers of signals and by mail, with what failed of it, and with what peers sent. */
  deliveries: string;
  /** Moves when somebody is told of something, and when somebody has read it. */
  notifications: string;
  /** Moves with what waits for a second person, or for a review, also when its time is over. */
  approvals: string;
};

/**
 * `uses`: tokens were used, something was refused or delivered, and nothing else. They are many, and what is shown of them is exact to seconds at
 * best.
 */
export type News = "urgent" | "uses";

const OF_USES: ReadonlySet<keyof Pulse> = new Set(["newestUseAt", "refusedCounts", "deliveries"]);

/** What kind of news `next` is for somebody who knows `known`; null where it is none. To who knows nothing yet it is what may have come since the page was made. */
export function newsOf(known: Pulse | null, next: Pulse): News | null {
  if (known === null) return "uses";
  const changed = (Object.keys(next) as (keyof Pulse)[]).filter((key) => known[key] !== next[key]);
  if (changed.length === 0) return null;
  return changed.every((key) => OF_USES.has(key)) ? "uses" : "urgent";
}
