import type { CheckWay } from "../verifiers/model.ts";
import type { SeenWay, Standing } from "./model.ts";

/** What is known of a process now. Times in milliseconds since the epoch. */
export type InstanceNow = {
  way: SeenWay;
  agent: string | null;
  position: bigint | null;
  firstSeenAtMs: number;
  seenAtMs: number;
  disconnectedAtMs: number | null;
  /** When it said, or an admin did, that it accepts nothing any more; null while it may. */
  endedAtMs: number | null;
  /** When the first order was committed that it has not said to have; null where it has all. */
  missesSinceMs: number | null;
};

export type CheckerNow = {
  checkWay: CheckWay;
  askedAtMs: number | null;
  /** The process that was heard of last. */
  newest: { way: SeenWay; seenAtMs: number; endedAtMs: number | null; isEndedByAdmin: boolean } | null;
  /** Where the newest one has ended: when that lenient process was last heard of, of those before `instances`, that never said that it ended. Null: there is none. */
  lostSeenAtMs: number | null;
  /** Those that were heard of within HEARD_WITHIN_MS, and the last one. */
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
/** Who was not heard of for longer has to do with nothing now, but for the last one of a verifier. */
export const HEARD_WITHIN_MS = ENDED_BESIDE_MS + 60_000;
/** A restart begins the new process so long before the old one ends at most, and ends the old one so long before at most. */
const RESTART_MS = 120_000;
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
  const gone = instances.filter((instance) => !isLive(instance, nowMs) && instance.endedAtMs === null);
  // a goodbye speaks for the process that said it, and for none that was lost without one
  const lost: readonly { seenAtMs: number }[] =
    live.length === 0
      ? checker.lostSeenAtMs === null
        ? gone
        : [...gone, { seenAtMs: checker.lostSeenAtMs }]
      : withoutReplaced(
          gone.filter(
            ({ disconnectedAtMs, seenAtMs }) =>
              disconnectedAtMs === null && nowMs - seenAtMs <= ENDED_BESIDE_MS,
          ),
          live,
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
  const lastHeard = Math.max(
    askedAtMs ?? Number.NEGATIVE_INFINITY,
    checker.newest?.seenAtMs ?? Number.NEGATIVE_INFINITY,
  );
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
    standing: which(facts, {
      lost: lost.length,
      checkWay,
      isSeen: facts.lastHeardAtMs !== null,
      isEnded: (checker.newest?.endedAtMs ?? null) !== null,
    }),
    ...facts,
  };
}

/**
 * Who ended without a word, and another process began in its place, was restarted: a poll or a list says no goodbye. Each that lives stands for one that is
 * gone, so that whoever is gone and has nobody in its place stays in view.
 */
function withoutReplaced(gone: readonly InstanceNow[], live: readonly InstanceNow[]): InstanceNow[] {
  const free = [...live].sort((one, other) => one.firstSeenAtMs - other.firstSeenAtMs);
  return [...gone]
    .sort((one, other) => one.seenAtMs - other.seenAtMs)
    .filter(({ seenAtMs, firstSeenAtMs }) => {
      const place = free.findIndex(
        (other) =>
          other.firstSeenAtMs > firstSeenAtMs && Math.abs(other.firstSeenAtMs - seenAtMs) <= RESTART_MS,
      );
      if (place === -1) return true;
      free.splice(place, 1);
      return false;
    });
}

function which(
  facts: Omit<StandingFacts, "standing">,
  {
    lost,
    checkWay,
    isSeen,
    isEnded,
  }: { lost: number; checkWay: CheckWay; isSeen: boolean; isEnded: boolean },
): Standing {
  if (lost > 0) return "silent";
  if (facts.behindBy > 0) return "behind";
  if (facts.oldVersion !== null) return "old_version";
  if (facts.live > 0) return "in_step";
  if (isEnded) return "ended";
  if (checkWay === "jwks" || checkWay === "status_list") return "by_itself";
  if (!isSeen) return "unseen";
  // it asks, though its owner says that it follows the feed
  return checkWay === "feed" ? "unseen" : "in_step";
}

export function isLive(
  instance: {
    way: SeenWay;
    seenAtMs: number;
    disconnectedAtMs: number | null;
    endedAtMs: number | null;
  },
  nowMs: number,
): boolean {
  if (instance.endedAtMs !== null) return false;
  if (instance.disconnectedAtMs !== null && instance.disconnectedAtMs >= instance.seenAtMs) return false;
  return nowMs - instance.seenAtMs <= SILENT_AFTER_MS[instance.way];
}

const OURS = "@tokenwarden/verifier/";

/** The version of our own package that an agent names; null for everybody else's software. */
function versionOf(agent: string | null): string | null {
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
