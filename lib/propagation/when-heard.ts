import { type CheckerFacts, hasPartInOrder, latestListMs, type Reach, type TakenBack } from "./journey.ts";

/** What decides from when on a verifier goes by an order that gives back or calls off. */
export type Hears = "asks" | "acknowledged" | "not_acknowledged" | "list" | "signatures";

export type Heard = {
  /** From when on all of it goes by the order; null where nothing bounds that. */
  atMs: number | null;
  because: Hears;
};

/**
 * What gives back, or calls off, shortens nothing: it only has to be heard. The part of a verifier that takes longest counts: who asks has it from
 * the commit on; who follows the feed once it says so; who fetches status lists once every list from before is too old; and who checks signatures
 * alone never heard of what the order takes back. Pure.
 */
export function whenHeard(checker: CheckerFacts, order: TakenBack, { live, acknowledgedAtMs }: Reach): Heard {
  const { checkWay, maxStalenessSeconds } = checker;
  const lists = checker.instances.filter(
    (instance) => instance.way === "status_list" && hasPartInOrder(instance, checker, order),
  );
  const parts: Heard[] = lists.map((instance) => ({
    atMs: latestListMs(order, (instance.maxStalenessSeconds ?? maxStalenessSeconds) * 1_000),
    because: "list",
  }));
  if (live > 0)
    parts.push({
      atMs: acknowledgedAtMs,
      because: acknowledgedAtMs === null ? "not_acknowledged" : "acknowledged",
    });
  if (checker.askedAtMs !== null) parts.push({ atMs: order.committedAtMs, because: "asks" });
  if (checkWay === "jwks") parts.push({ atMs: order.committedAtMs, because: "signatures" });
  if (checkWay === "status_list" && live === 0 && lists.length === 0)
    parts.push({ atMs: latestListMs(order, null), because: "list" });
  const [first, ...others] = parts;
  if (first === undefined) return { atMs: null, because: "not_acknowledged" };
  return others.reduce((one, other) => (endOf(other) > endOf(one) ? other : one), first);
}

const endOf = ({ atMs }: Heard) => atMs ?? Number.POSITIVE_INFINITY;
