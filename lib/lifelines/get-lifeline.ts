import { getUseHistogram } from "../audit/get-use-histogram.ts";
import { listTokenUses } from "../audit/list-token-uses.ts";
import type { UseHistogram } from "../audit/model.ts";
import { type TokenUsesQuery, tokenUsesTable } from "../audit/table.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { requirePastWindow } from "../incidents/set-window.ts";
import { type Direction, defaultQuery, type TimeValue } from "../list-query/define-table.ts";
import { type FollowedSubject, findSubject } from "./find-subject.ts";
import type { Lifeline, LifelineKind, LifelineSplit, OutcomeTotals } from "./model.ts";
import { readMarks } from "./read-marks.ts";

type Filters = TokenUsesQuery["filters"];

/** The longest time that is counted, and what is looked at where nobody asks for another. */
export const LIFELINE_SPAN: TimeValue = { type: "within", seconds: 90 * 86_400 };

const rangeOf = (from: Date, to: Date): TimeValue => ({
  type: "range",
  from: from.toISOString(),
  to: to.toISOString(),
});

/** When the first or the last use of a histogram was: it is in the first or last bucket that holds one. */
async function edgeOf(
  ctx: Context,
  filters: Filters,
  { buckets, bucketSeconds }: UseHistogram,
  direction: Direction,
): Promise<Date | null> {
  const holdsUse = ({ issued, allowed, refused }: OutcomeTotals) => issued + allowed + refused > 0;
  const bucket = direction === "asc" ? buckets.find(holdsUse) : buckets.findLast(holdsUse);
  if (bucket === undefined) return null;
  const from = new Date(bucket.at);
  const { rows } = await listTokenUses(ctx, {
    ...defaultQuery(tokenUsesTable),
    filters: { ...filters, at: rangeOf(from, new Date(from.getTime() + bucketSeconds * 1_000)) },
    sort: { key: "at", direction },
    pageSize: 1,
  });
  const [row] = rows;
  return row === undefined ? null : new Date(row.receivedAt);
}

/** Uses before an instant and since, within the time that is looked at. */
async function splitAt(
  ctx: Context,
  filters: Filters,
  whole: UseHistogram,
  at: Date,
): Promise<LifelineSplit> {
  const [from, to] = [new Date(whole.from), new Date(whole.to)];
  const none = { issued: 0, allowed: 0, refused: 0 };
  const count = async (start: Date, end: Date) =>
    start < end ? getUseHistogram(ctx, { ...filters, at: rangeOf(start, end) }) : null;
  const [before, since] = await Promise.all([
    count(from, at < to ? at : to),
    count(at > from ? at : from, to),
  ]);
  return {
    at: at.toISOString(),
    before: before?.total ?? none,
    since: since?.total ?? none,
    isExact: [before, since].every((one) => one === null || one.countedFrom === one.from),
  };
}

/** How little of the time uses must fill for it to be looked at more closely. */
const CLOSER = 0.5;

/** Of a time that nobody chose, the part from the first use on, where that is a smaller one. */
async function closer(
  ctx: Context,
  { filters }: FollowedSubject,
  whole: UseHistogram,
  firstAt: Date | null,
): Promise<UseHistogram> {
  if (firstAt === null || whole.countedFrom !== whole.from) return whole;
  const [from, to] = [Date.parse(whole.from), Date.parse(whole.to)];
  if (to - firstAt.getTime() > (to - from) * CLOSER) return whole;
  return getUseHistogram(ctx, { ...filters, at: rangeOf(firstAt, new Date(to)) });
}

/**
 * A family, a user, a client, a verifier or an address through time: its uses by outcome, the first and the last of them, what was done to it, the window in which the
 * order that took it back travelled, and, with `from`, what was before that instant and since. Of the time asked for, 90 days at most; where none is, from its first use in those on. Bounded
 * as the histogram of uses is. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, INVALID_INPUT for what is no address and for a window in the future
 */
export async function getLifeline(
  ctx: Context,
  {
    kind,
    id,
    at,
    from,
  }: { kind: LifelineKind; id: string; at?: TimeValue | undefined; from?: Date | undefined },
): Promise<Lifeline> {
  requirePermission(ctx, "audit:read");
  if (from !== undefined) requirePastWindow(ctx.now, from, "from");
  const followed = await findSubject(ctx.db, kind, id);
  const { filters, ...subject } = followed;
  const whole = await getUseHistogram(ctx, { ...filters, at: at ?? LIFELINE_SPAN });
  const [firstAt, lastAt] = await Promise.all([
    edgeOf(ctx, filters, whole, "asc"),
    edgeOf(ctx, filters, whole, "desc"),
  ]);
  const [histogram, split, marks] = await Promise.all([
    at === undefined ? closer(ctx, followed, whole, firstAt) : whole,
    from === undefined ? null : splitAt(ctx, filters, whole, from),
    readMarks(ctx, subject, { from: new Date(whole.from), to: new Date(whole.to) }),
  ]);
  return {
    ...histogram,
    subject,
    firstAt: firstAt?.toISOString() ?? null,
    lastAt: lastAt?.toISOString() ?? null,
    ...marks,
    split,
  };
}
