import type { TokenDetail } from "#lib/tokens/model.ts";

export type RefusedSpan = {
  why: "suspended" | "revoked" | "exchanged" | "expired";
  from: string;
  /** When it worked again; null: it did not, up to now. */
  until: string | null;
};

/** Instants in UTC are in order as texts. */
const byTime = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);

/** The times in which a token was suspended, those that overlap as one. */
function suspensionsOf({ orders }: TokenDetail, now: string): RefusedSpan[] {
  const spans: RefusedSpan[] = [];
  const placed = orders.filter(
    ({ verb, isCancelled, effectiveFrom, until }) =>
      verb === "suspend" && !isCancelled && effectiveFrom <= now && (until === null || until > effectiveFrom),
  );
  for (const { effectiveFrom: from, until } of placed.toSorted((one, other) =>
    byTime(one.effectiveFrom, other.effectiveFrom),
  )) {
    const last = spans.at(-1);
    if (last === undefined || (last.until !== null && last.until < from))
      spans.push({ why: "suspended", from, until });
    else if (last.until !== null && (until === null || until > last.until)) last.until = until;
  }
  return spans;
}

/** What ended a token for ever, in the order that it came in: it may be exchanged or expire, and be revoked after. */
function endsOf(token: TokenDetail, now: string): RefusedSpan[] {
  const revoked = token.orders
    .filter(
      ({ verb, isCancelled, effectiveFrom }) => verb === "revoke" && !isCancelled && effectiveFrom <= now,
    )
    .map(({ effectiveFrom }) => effectiveFrom)
    .toSorted(byTime)[0];
  const exchanged = token.lineage.find(({ id }) => id === token.id)?.consumedAt;
  const ends: RefusedSpan[] = [];
  const end = (why: RefusedSpan["why"], from: string | null | undefined) => {
    if (from) ends.push({ why, from, until: null });
  };
  // of an order of which nothing is left the token's own standing tells
  end("revoked", revoked ?? (token.state === "revoked" ? token.endedAt : null));
  end("exchanged", exchanged ?? (token.state === "consumed" ? token.endedAt : null));
  const first = ends.map(({ from }) => from).toSorted(byTime)[0];
  if (token.expiresAt <= now && (first === undefined || token.expiresAt < first))
    end("expired", token.expiresAt);
  return ends
    .filter(({ why, from }) => why !== "exchanged" || revoked === undefined || from < revoked)
    .toSorted((one, other) => byTime(one.from, other.from));
}

/** When a token was refused and why, in the order that it came in: while it was suspended, and from its end on. */
export function refusedSpans(token: TokenDetail, now: Date): RefusedSpan[] {
  const ends = endsOf(token, now.toISOString());
  const end = ends[0]?.from;
  const suspensions = suspensionsOf(token, now.toISOString()).filter(
    ({ from }) => end === undefined || from < end,
  );
  return [
    ...suspensions.map((span) => {
      const isOver =
        span.until !== null && span.until <= now.toISOString() && (end === undefined || span.until < end);
      return isOver ? span : { ...span, until: null };
    }),
    ...ends,
  ];
}
