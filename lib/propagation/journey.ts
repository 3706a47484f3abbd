import { LIST_LIFETIME_SECONDS } from "../status-lists/model.ts";
import type { AuditMode, CheckWay, VerifierMode } from "../verifiers/model.ts";
import type { SeenWay } from "./model.ts";

/** What is known of a process that checks tokens for a verifier. Times in milliseconds since the epoch. */
export type InstanceFacts = {
  way: SeenWay;
  /** As it says that it runs; null where it does not say. */
  mode: VerifierMode | null;
  maxStalenessSeconds: number | null;
  firstSeenAtMs: number;
  seenAtMs: number;
  /** When its last stream ended; null while it has one, and where it never had. */
  disconnectedAtMs: number | null;
  /** When it said, or an admin did, that it accepts nothing any more; null while it may. */
  endedAtMs: number | null;
  /** That it ended is an admin's word, not its own. */
  isEndedByAdmin: boolean;
  /** When it was first heard to be at the order's position or beyond; null where it was not. */
  acknowledgedAtMs: number | null;
};

/** When a process ended; null where it never said so, nor anybody else. */
export type Ended = { endedAtMs: number | null; isEndedByAdmin: boolean };
export type Newest = Ended & { way: SeenWay; mode: VerifierMode | null; seenAtMs: number };

export type CheckerFacts = {
  checkWay: CheckWay;
  mode: VerifierMode;
  maxStalenessSeconds: number;
  auditMode: AuditMode;
  /** When it last asked about a token. */
  askedAtMs: number | null;
  /** Since when it is answered nothing; null where it is enabled. */
  disabledAtMs: number | null;
  /** The process that was heard of last, whenever that was; null where none was in 30 days. */
  newest: Newest | null;
  /**
   * Of those that were silent for ENDED_AFTER_MS before the order, and are not among `instances`: the lenient one that had not ended by then, or ended last;
   * null where every one of them was strict, asks, or ended before.
   */
  lost: Ended | null;
  /** Those that can have to do with the order. */
  instances: readonly InstanceFacts[];
};

/** What was taken back, as far as its journey goes. */
export type TakenBack = {
  /** An instant at which it was committed for certain. */
  committedAtMs: number;
  holdsFromMs: number;
  /** Placed to begin later: everybody begins with it by a clock. */
  isScheduled: boolean;
  /**
   * When the last of its tokens is over that a signature alone makes acceptable, with what clocks may differ; null where there is none: what is
   * opaque has to be asked about.
   */
  lastTokenAtMs: number | null;
};

/** What decides from when on a verifier refuses: the part of it that goes on for longest. */
export type Because =
  | "asks"
  | "asks_relaxed"
  | "acknowledged"
  | "must_ask"
  | "stale"
  | "stale_registered"
  | "lenient"
  | "list"
  | "list_lenient"
  | "signatures"
  | "never_asked"
  | "never_connected"
  | "lost"
  | "ended"
  | "declared_ended"
  | "closed"
  | "declared_closed"
  | "began"
  | "disabled"
  | "expiry";

export type Reach = {
  /** From when on no part of it accepts what was taken back, by what is known now. */
  endsMs: number;
  isOver: boolean;
  because: Because;
  /** When the last instance that was live at the commit said that it has the order; null where one has not, or none follows the feed. */
  acknowledgedAtMs: number | null;
  /** Instances that were live at the commit and follow the feed, and how many of them have the order. */
  live: number;
  acknowledged: number;
};

/** An authority answers nothing when it has not heard from its database for so long; a relaxed answer, or a list, may be as old. */
export const AUTHORITY_LAG_MS = 5_000;
/** A list is believed for its lifetime, however it came, and for as much longer as software that says nothing of itself may tolerate clocks that differ. */
export const STATUS_LIST_MS = (LIST_LIFETIME_SECONDS + 120) * 1_000;
/** Between the instant that is on record for a verifier's disabling and its last word: the commit, and an authority's lag. */
export const DISABLING_MS = 2 * AUTHORITY_LAG_MS;
/** Clocks of those who judge by themselves may differ by so much from ours. */
export const VERIFIER_CLOCK_MS = 30_000;
/** Who was silent for so long before the order is taken for ended. */
export const ENDED_AFTER_MS = 24 * 3_600_000;
/** Who was heard of within it before the commit was live then: a poll waits for 30 s at most, everybody else speaks every 5 s. */
export const LIVE_WITHIN_MS = 60_000;
/** Who is first heard of later than this after the commit began with the order: it took a snapshot that holds it. */
export const NEWCOMER_AFTER_MS = 5_000;

type Part = { endsMs: number; because: Because };

/**
 * From when on a verifier refuses what an order took back, by the way each of its parts checks: the last of them counts. No part outlasts that
 * instant, so that nobody is told "refuses" too early:
 *
 * - Who asks refuses from the commit on; answered in relaxed mode, at most AUTHORITY_LAG_MS later.
 * - Who follows the feed refuses from its acknowledgement on. Strict, its maximum staleness after the commit at the latest: a later word of the
 *   authority would have brought the order, and without one it refuses everything.
 * - A status list that is older than the order is too old by then, whatever caches it came through; lenient and without another, it accepts.
 * - A process that said that it ended accepts nothing from then on.
 * - Who is disabled hears nothing any more: strict, it refuses everything its maximum staleness after that.
 * - Everybody else goes on until the last token is over.
 */
export function reachOf(checker: CheckerFacts, order: TakenBack, nowMs: number): Reach {
  const counted = checker.instances.filter((instance) => hasPartInOrder(instance, checker, order));
  const parts = counted.map((instance) => partOfInstance(instance, checker, order));
  if (checker.askedAtMs !== null) parts.push(partThatAsks(checker, order));
  const declared = partAsDeclared(checker, order, counted.length > 0);
  if (declared !== null) parts.push(declared);
  const last = parts
    .map((part) => withinLifetime(part, checker, order))
    .reduce((one, other) => (other.endsMs > one.endsMs ? other : one));
  const live = counted.filter(
    ({ way, seenAtMs, endedAtMs, acknowledgedAtMs }) =>
      (way === "feed" || way === "poll") &&
      seenAtMs >= order.committedAtMs - LIVE_WITHIN_MS &&
      (endedAtMs === null || acknowledgedAtMs !== null),
  );
  const heard = live.map(({ acknowledgedAtMs }) => acknowledgedAtMs).filter((at) => at !== null);
  return {
    endsMs: last.endsMs,
    // an acknowledgement is heard while this is read
    isOver: last.endsMs <= nowMs || (last.because === "acknowledged" && !order.isScheduled),
    because: last.because,
    acknowledgedAtMs: live.length > 0 && heard.length === live.length ? Math.max(...heard) : null,
    live: live.length,
    acknowledged: heard.length,
  };
}

/** Whether others of a verifier's processes have the order while one has not: they said so, or began later, and with it. */
export function haveOthers({ instances, newest }: CheckerFacts): boolean {
  const isHeard = ({ acknowledgedAtMs, endedAtMs }: InstanceFacts) =>
    acknowledgedAtMs !== null && endedAtMs === null;
  if (instances.some(isHeard)) return true;
  if (newest === null || newest.endedAtMs !== null) return false;
  return instances.length > 0 && instances.every(({ seenAtMs }) => seenAtMs < newest.seenAtMs);
}

/** Whether a process can have had to do with the order. */
export function hasPartInOrder(instance: InstanceFacts, checker: CheckerFacts, order: TakenBack): boolean {
  const { acknowledgedAtMs, firstSeenAtMs, seenAtMs, disconnectedAtMs, endedAtMs } = instance;
  if (endedAtMs !== null && endedAtMs <= order.committedAtMs) return false;
  if (acknowledgedAtMs !== null && firstSeenAtMs > order.committedAtMs + NEWCOMER_AFTER_MS) return false;
  if (order.committedAtMs - seenAtMs > ENDED_AFTER_MS) return false;
  if (modeOf(instance, checker) !== "strict" || disconnectedAtMs === null) return true;
  // its stream was over, and it was not heard of again, for longer than it believes anything: it refused everything before there was an order
  const goneAtMs = Math.max(disconnectedAtMs, seenAtMs);
  return order.committedAtMs <= goneAtMs + stalenessMsOf(instance, checker) + LIVE_WITHIN_MS;
}

function partOfInstance(instance: InstanceFacts, checker: CheckerFacts, order: TakenBack): Part {
  const part = partByItsWay(instance, checker, order);
  return sooner(part, partOfEnded(instance));
}

function partOfEnded({ endedAtMs, isEndedByAdmin }: Ended): Part | null {
  return endedAtMs === null
    ? null
    : { endsMs: endedAtMs, because: isEndedByAdmin ? "declared_closed" : "closed" };
}

function partByItsWay(instance: InstanceFacts, checker: CheckerFacts, order: TakenBack): Part {
  const stalenessMs = stalenessMsOf(instance, checker);
  switch (instance.way) {
    case "introspection":
      return partThatAsks(checker, order);
    case "feed":
    case "poll":
      return partOfFollower(instance, checker, order);
    case "status_list":
      // one that is heard of after its list has run out can reach us, and has fetched a new one
      return partOfList(order, modeOf(instance, checker), { seenAtMs: instance.seenAtMs, stalenessMs });
    default:
      return instance.way satisfies never;
  }
}

/** One that follows the feed: strict, it refused by its bound whether its acknowledgement came before or after. */
function partOfFollower(instance: InstanceFacts, checker: CheckerFacts, order: TakenBack): Part {
  const { acknowledgedAtMs } = instance;
  const isStrict = modeOf(instance, checker) === "strict";
  const stalenessMs = stalenessMsOf(instance, checker);
  const staleAtMs = isStrict ? begun(order.committedAtMs + stalenessMs, order) : Number.POSITIVE_INFINITY;
  const staleness: Because = instance.mode === null ? "stale_registered" : "stale";
  const part: Part =
    acknowledgedAtMs === null
      ? { endsMs: staleAtMs, because: isStrict ? staleness : "lenient" }
      : { endsMs: Math.min(begun(acknowledgedAtMs, order), staleAtMs), because: "acknowledged" };
  return isStrict ? sooner(part, partOfDisabled(checker, stalenessMs)) : part;
}

function partThatAsks({ auditMode, disabledAtMs }: CheckerFacts, order: TakenBack): Part {
  // an authority's clock may be behind where an order begins later; one that holds at once holds whatever the clock says
  const from = order.isScheduled
    ? Math.max(order.committedAtMs, order.holdsFromMs + AUTHORITY_LAG_MS)
    : order.committedAtMs;
  return sooner(
    auditMode === "relaxed"
      ? { endsMs: Math.max(from, order.committedAtMs + AUTHORITY_LAG_MS), because: "asks_relaxed" }
      : { endsMs: from, because: "asks" },
    disabledAtMs === null ? null : { endsMs: disabledAtMs + DISABLING_MS, because: "disabled" },
  );
}

/** A strict one that is told nothing any more. */
function partOfDisabled({ disabledAtMs }: CheckerFacts, stalenessMs: number): Part | null {
  return disabledAtMs === null
    ? null
    : { endsMs: disabledAtMs + DISABLING_MS + stalenessMs, because: "disabled" };
}

function sooner(part: Part, other: Part | null): Part {
  return other !== null && other.endsMs < part.endsMs ? other : part;
}

/** From when on no list from before the order is believed any more. `stalenessMs`: as for partOfList. */
export function latestListMs(order: TakenBack, stalenessMs: number | null): number {
  const believedMs = Math.min(STATUS_LIST_MS, stalenessMs ?? STATUS_LIST_MS);
  return begun(order.committedAtMs + AUTHORITY_LAG_MS + believedMs + VERIFIER_CLOCK_MS, order);
}

/** `stalenessMs`: how old a list it believes, by its own word; null where it says nothing of itself. */
function partOfList(
  order: TakenBack,
  mode: VerifierMode,
  { seenAtMs, stalenessMs }: { seenAtMs: number; stalenessMs: number | null },
): Part {
  const expiredAtMs = latestListMs(order, null);
  if (mode === "strict") return { endsMs: latestListMs(order, stalenessMs), because: "list" };
  return seenAtMs >= expiredAtMs
    ? { endsMs: expiredAtMs, because: "list" }
    : { endsMs: Number.POSITIVE_INFINITY, because: "list_lenient" };
}

/** What its owner says about it, where that is more than what was seen. */
function partAsDeclared(checker: CheckerFacts, order: TakenBack, isConnected: boolean): Part | null {
  const isSeen = isConnected || checker.askedAtMs !== null;
  const untilOver = (because: Because): Part => ({ endsMs: Number.POSITIVE_INFINITY, because });
  switch (checker.checkWay) {
    case "introspection":
    case "forward_auth":
      return isSeen ? null : untilOver("never_asked");
    case "feed":
      return isConnected ? null : (partOfGone(checker, order) ?? untilOver("never_connected"));
    case "status_list":
      return isConnected
        ? null
        : partOfList(order, checker.mode, { seenAtMs: Number.NEGATIVE_INFINITY, stalenessMs: null });
    case "jwks":
      return untilOver("signatures");
    default:
      return checker.checkWay satisfies never;
  }
}

/**
 * It is known to follow the feed, and no process of it can have to do with the order: what is there now began with it, or what ran refused everything long
 * before. A goodbye speaks for the process that said it, and for none that was lost without one.
 */
function partOfGone({ newest, lost, mode }: CheckerFacts, { committedAtMs }: TakenBack): Part | null {
  if (newest === null) return null;
  if (lost !== null) return partOfEnded(lost) ?? { endsMs: Number.POSITIVE_INFINITY, because: "lost" };
  if (newest.endedAtMs !== null && newest.endedAtMs <= committedAtMs)
    return { endsMs: committedAtMs, because: newest.isEndedByAdmin ? "declared_ended" : "ended" };
  if (newest.seenAtMs > committedAtMs) return { endsMs: committedAtMs, because: "began" };
  return (newest.mode ?? mode) === "strict" ? { endsMs: committedAtMs, because: "ended" } : null;
}

/** Who judges by itself begins with an order when its own clock says so. */
function begun(atMs: number, { isScheduled, holdsFromMs }: TakenBack): number {
  return isScheduled ? Math.max(atMs, holdsFromMs + VERIFIER_CLOCK_MS) : atMs;
}

/** What holds for opaque tokens as for others, from the order on. */
const IS_AT_ONCE: ReadonlySet<Because> = new Set([
  "asks",
  "asks_relaxed",
  "ended",
  "declared_ended",
  "closed",
  "declared_closed",
  "began",
]);

/** Nobody accepts a token that is over, and nobody accepts an opaque one without asking. */
function withinLifetime(part: Part, checker: CheckerFacts, order: TakenBack): Part {
  const { lastTokenAtMs } = order;
  if (IS_AT_ONCE.has(part.because)) return part;
  if (lastTokenAtMs === null) return { endsMs: partThatAsks(checker, order).endsMs, because: "must_ask" };
  if (part.endsMs === Number.POSITIVE_INFINITY) return { endsMs: lastTokenAtMs, because: part.because };
  return part.endsMs <= lastTokenAtMs ? part : { endsMs: lastTokenAtMs, because: "expiry" };
}

function modeOf(instance: InstanceFacts, checker: CheckerFacts): VerifierMode {
  return instance.mode ?? checker.mode;
}

function stalenessMsOf(instance: InstanceFacts, checker: CheckerFacts): number {
  return (instance.maxStalenessSeconds ?? checker.maxStalenessSeconds) * 1_000;
}
