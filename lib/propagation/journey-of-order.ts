import type { OrderRecord } from "../revocations/order-row.ts";
import { type CheckerFacts, haveOthers, type Reach, reachOf, type TakenBack } from "./journey.ts";
import { contradictedWords, heardWords, outlastedWords, reachWords } from "./journey-words.ts";
import type { Journey, JourneyRow, SeenWay } from "./model.ts";
import type { Evidence } from "./read-accepted-uses.ts";
import type { OrderChecker } from "./read-checkers.ts";
import { type Heard, whenHeard } from "./when-heard.ts";

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

/** What of a journey stays the same for all verifiers. */
export type JourneyFrame = {
  order: Pick<OrderRecord, "id" | "position" | "verb" | "standing" | "createdAt" | "effectiveFrom">;
  /** When the last token of an audience is over that a signature alone makes acceptable; undefined where the order reaches none of it. */
  lastTokenMsOf: (audience: string) => number | null | undefined;
  isExact: boolean;
  evidence: Evidence;
  /** By how much clocks may differ. */
  toleranceMs: number;
  /** When all of it was in the feed. */
  committedAt: Date;
  now: Date;
};

/** The board of an order: a row for each verifier that answers for what it reaches. Pure. */
export function journeyOf(frame: JourneyFrame, checkers: readonly OrderChecker[]): Journey {
  const { order, now, isExact } = frame;
  const heldMs = frame.evidence.heldUntilMs;
  const rows = checkers.flatMap((checker) => rowOf(frame, checker) ?? []);
  const open = rows.filter(({ state }) => state === "open");
  const last = rows.reduce((most, { lastTokenMs }) => Math.max(most, lastTokenMs ?? 0), 0);
  return {
    order: {
      id: order.id,
      position: String(order.position),
      verb: order.verb,
      standing: order.standing,
      committedAt: order.createdAt.toISOString(),
      holdsFrom: holdsFrom(order).toISOString(),
      endedAt: heldMs !== null && heldMs <= now.getTime() ? iso(heldMs) : null,
    },
    at: now.toISOString(),
    lastTokenAt: last === 0 ? null : iso(last),
    isExact,
    reached: rows.length - open.length,
    open: open.length,
    everywhereAt: rows.some(({ row }) => row.until === null)
      ? null
      : (rows
          .map(({ row }) => row.until as string)
          .sort()
          .at(-1) ?? order.createdAt.toISOString()),
    rows: rows.map(({ row }) => row),
  };
}

function holdsFrom(order: JourneyFrame["order"]): Date {
  return new Date(Math.max(order.effectiveFrom.getTime(), order.createdAt.getTime()));
}

function rowOf(frame: JourneyFrame, checker: OrderChecker) {
  const audiences = checker.audiences.filter((name) => frame.lastTokenMsOf(name) !== undefined);
  if (audiences.length === 0) return null;
  const lasts = audiences.map((name) => frame.lastTokenMsOf(name)).filter((ms) => typeof ms === "number");
  const lastTokenMs = lasts.length === 0 ? null : Math.max(...lasts);
  const { order, now, committedAt } = frame;
  const taken: TakenBack = {
    committedAtMs: committedAt.getTime(),
    holdsFromMs: Math.max(committedAt.getTime(), order.effectiveFrom.getTime()),
    isScheduled: order.effectiveFrom > order.createdAt,
    lastTokenAtMs: lastTokenMs,
  };
  const heldMs = frame.evidence.heldUntilMs;
  const reach = reachOf(checker, taken, now.getTime());
  if (wasOver(checker, reach, order.createdAt)) return null;
  const acceptedMs = frame.evidence.acceptedMs.get(checker.id) ?? null;
  const isContradicted = acceptedMs !== null && acceptedMs > reach.endsMs + frame.toleranceMs;
  const told = isContradicted
    ? contradicted(frame, lastTokenMs)
    : order.verb === "restore" || order.verb === "cancel"
      ? heardBy(now, whenHeard(checker, taken, reach))
      : heldMs !== null && reach.endsMs > heldMs
        ? outlasted(now, heldMs, reach)
        : {
            isOver: reach.isOver,
            until: iso(reach.endsMs),
            says: reachWords(reach.because, reach.isOver, haveOthers(checker)),
          };
  const row: JourneyRow = {
    verifierId: checker.id,
    name: checker.name,
    audiences,
    formerAudiences: audiences.filter((name) => checker.formerAudiences.includes(name)),
    isDisabled: checker.disabledAtMs !== null,
    mode: checker.mode,
    checkWay: checker.checkWay,
    seenWays: seenWaysOf(checker),
    state: told.isOver ? "reached" : "open",
    acknowledgedAt: iso(reach.acknowledgedAtMs),
    until: told.until,
    says: told.says,
    acceptedAt: isContradicted ? iso(acceptedMs) : null,
    instances: { count: reach.live, acknowledged: reach.acknowledged },
    lastHeardAt: iso(lastHeardMs(checker)),
  };
  return { row, lastTokenMs, state: row.state };
}

/** One that was disabled, and accepted nothing any more, before there was an order has no part in it. */
function wasOver({ disabledAtMs }: CheckerFacts, { endsMs, because }: Reach, placedAt: Date): boolean {
  if (disabledAtMs === null || disabledAtMs >= placedAt.getTime()) return false;
  return (
    because === "ended" || because === "declared_ended" || because === "began" || endsMs <= placedAt.getTime()
  );
}

/** Its own report says more than what is known of how it checks: it may go on until there is nothing left to accept, or nothing is forbidden any more. */
function contradicted(
  { order, evidence, now }: Pick<JourneyFrame, "order" | "evidence" | "now">,
  lastTokenMs: number | null,
) {
  const ends = [lastTokenMs, evidence.heldUntilMs].filter((ms) => ms !== null);
  const untilMs = ends.length === 0 ? null : Math.min(...ends);
  const isOver = untilMs !== null && untilMs <= now.getTime();
  return { isOver, until: iso(untilMs), says: contradictedWords(order.verb, isOver) };
}

/** A suspension is over before it is known to refuse: from then on nothing is forbidden. */
function outlasted(now: Date, heldMs: number, { because }: Reach) {
  const isOver = heldMs <= now.getTime();
  return { isOver, until: iso(heldMs), says: outlastedWords(because, isOver) };
}

function heardBy(now: Date, { atMs, because }: Heard) {
  const isOver = atMs !== null && atMs <= now.getTime();
  return { isOver, until: iso(atMs), says: heardWords(because, isOver) };
}

type Seen = {
  askedAtMs: number | null;
  newest: { way: SeenWay; seenAtMs: number } | null;
  instances: readonly { way: SeenWay }[];
};

export function seenWaysOf({ askedAtMs, newest, instances }: Seen): SeenWay[] {
  const ways = new Set<SeenWay>(instances.map(({ way }) => way));
  if (newest !== null) ways.add(newest.way);
  if (askedAtMs !== null) ways.add("introspection");
  return [...ways].sort();
}

export function lastHeardMs({ askedAtMs, newest }: Seen): number | null {
  if (askedAtMs === null || newest === null) return askedAtMs ?? newest?.seenAtMs ?? null;
  return Math.max(askedAtMs, newest.seenAtMs);
}
