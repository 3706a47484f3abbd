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
};

/** `uses`: tokens were used, or something was refused, and nothing else. They are many, and what is shown of them is exact to seconds at best. */
export type News = "urgent" | "uses";

/** What kind of news `next` is for somebody who knows `known`; null where it is none. */
export function newsOf(known: Pulse | null, next: Pulse): News | null {
  if (known === null) return "urgent";
  const { newestUseAt: knownUse, refusedCounts: knownRefused, ...knownRest } = known;
  const { newestUseAt: nextUse, refusedCounts: nextRefused, ...nextRest } = next;
  if (Object.entries(nextRest).some(([key, value]) => knownRest[key as keyof typeof knownRest] !== value))
    return "urgent";
  return knownUse === nextUse && knownRefused === nextRefused ? null : "uses";
}
