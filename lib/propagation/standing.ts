import type { CheckWay } from "../verifiers/model.ts";
import type { SeenWay, Standing } from "./model.ts";

/** What is known of a process now. Times in milliseconds since the epoch. */
export type InstanceNow = {
  way: SeenWay;
  agent: string | null;
  position: bigint | null;
  seenAtMs: number;
  disconnectedAtMs: number | null;
  /** When the first order was committed that it has not said to have; null where it has all. */
  missesSinceMs: number | null;
};

export type CheckerNow = {
  checkWay: CheckWay;
  askedAtMs: number | null;
  instances: readonly InstanceNow[];
};

/** A poll waits for 30 s at most; everybody else speaks every 5 s. Both are written within some seconds. */
const SILENT_AFTER_MS: Record<SeenWay, number> = {
  introspection: 20_000,
  feed: 20_000,
  poll: 60_000,
  status_list: 20_000,
};
/** A process that is silent beside live ones of the same verifier counts as lost for so long, then as ended. */
const ENDED_BESIDE_MS = 10 * 60_000;
/** An acknowledgement is on its way for so long before its sender counts as behind. */
const BEHIND_AFTER_MS = 2_000;

export type StandingFacts = {
  standing: Standing;
  behindBy: number;
  silentSinceMs: number | null;
  live: number;
  oldVersion: string | null;
  lastHeardAtMs: number | null;
};

/** How a verifier stands now, by the hindmost of its live instances. */
export function standingOf(
  checker: CheckerNow,
  { headPosition, leastVersion, nowMs }: { headPosition: bigint; leastVersion: string; nowMs: number },
): StandingFacts {
  const { instances, askedAtMs, checkWay } = checker;
  const live = instances.filter((instance) => isLive(instance, nowMs));
  const lost = instances.filter(
    (instance) =>
      !isLive(instance, nowMs) &&
      (live.length === 0 ||
        (instance.disconnectedAtMs === null && nowMs - instance.seenAtMs <= ENDED_BESIDE_MS)),
  );
  const behind = live.filter(
    ({ missesSinceMs }) => missesSinceMs !== null && nowMs - missesSinceMs > BEHIND_AFTER_MS,
  );
  const behindBy = behind.reduce((most, { position }) => {
    const missing = Number(headPosition - (position ?? 0n));
    return Math.max(most, missing);
  }, 0);
  const oldVersions = live
    .map(({ agent }) => versionOf(agent))
    .filter((version) => version !== null && isOlderThan(version, leastVersion)) as string[];
  const lastHeard = Math.max(askedAtMs ?? Number.NEGATIVE_INFINITY, ...instances.map((one) => one.seenAtMs));
  const facts = {
    behindBy,
    silentSinceMs: lost.length === 0 ? null : Math.max(...lost.map((one) => one.seenAtMs)),
    live: live.length,
    oldVersion: oldVersions.reduce<string | null>(
      (oldest, version) => (oldest === null || isOlderThan(version, oldest) ? version : oldest),
      null,
    ),
    lastHeardAtMs: Number.isFinite(lastHeard) ? lastHeard : null,
  };
  return {
    standing: which(facts, { lost: lost.length, checkWay, isSeen: facts.lastHeardAtMs !== null }),
    ...facts,
  };
}

function which(
  facts: Omit<StandingFacts, "standing">,
  { lost, checkWay, isSeen }: { lost: number; checkWay: CheckWay; isSeen: boolean },
): Standing {
  if (lost > 0) return "silent";
  if (facts.behindBy > 0) return "behind";
  if (facts.oldVersion !== null) return "old_version";
  if (facts.live > 0) return "in_step";
  if (checkWay === "jwks" || checkWay === "status_list") return "by_itself";
  if (!isSeen) return "unseen";
  // it asks, though its owner says that it follows the feed
  return checkWay === "feed" ? "unseen" : "in_step";
}

export function isLive(
  instance: { way: SeenWay; seenAtMs: number; disconnectedAtMs: number | null },
  nowMs: number,
): boolean {
  if (instance.disconnectedAtMs !== null && instance.disconnectedAtMs >= instance.seenAtMs) return false;
  return nowMs - instance.seenAtMs <= SILENT_AFTER_MS[instance.way];
}

const OURS = "@tokenwarden/verifier/";

/** The version of our own package that an agent names; null for everybody else's software. */
export function versionOf(agent: string | null): string | null {
  return agent?.startsWith(OURS) === true ? agent.slice(OURS.length) : null;
}

/** Compares versions part by part; what is no number counts as 0. */
export function isOlderThan(version: string, least: string): boolean {
  const parts = (text: string) =>
    text
      .split(/[.-]/)
      .slice(0, 3)
      .map((part) => Number(part) || 0);
  const own = parts(version);
  for (const [index, part] of parts(least).entries()) {
    const its = own[index] ?? 0;
    if (its !== part) return its < part;
  }
  return false;
}
