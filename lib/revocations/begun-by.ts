import type { Context } from "../context.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import type { TargetKind } from "./model.ts";
import { hasCutoff } from "./place-order.ts";

/** What people are shown of an order that waits for one of them: to the second, as its cutoff decides. */
function secondWords(at: Date): string {
  return `${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 19)} UTC`;
}

/**
 * Until when what an order reaches must have begun, where it waits or waited for a second person: what they were shown is what it reaches, however long it
 * waited. Undefined: until it is placed. A key's tokens are reached whenever they were made.
 *
 * @param shownAt when what they were shown was looked at.
 */
export function begunByOf(
  { pass }: Pick<Context, "pass">,
  kind: TargetKind,
  shownAt: Date,
): Date | undefined {
  const waits = pass !== undefined && pass.askedAt !== null;
  return waits && hasCutoff(kind) ? shownAt : undefined;
}

/** Says so to whoever decides on it. */
export function sayBegunBy({ pass }: Pick<Context, "pass">, begunBy: Date | undefined): void {
  if (begunBy === undefined) return;
  pass?.says.push(
    `It reaches what had begun by ${secondWords(begunBy)}, when it was planned. Sign-ins and tokens that begin after that are no part of it, however long it waits.`,
  );
}

/** The same target without what began later; what a clock that is ahead rooted in the future stays in it, as every order reaches that. */
export function withoutLater<
  Target extends { tokens: Fragment; where?: Fragment; from?: Fragment; issuedAt?: Fragment },
>(target: Target, begunBy: Date | undefined, now: Date): Target {
  if (begunBy === undefined) return target;
  const hasBegun = sql`(t.rooted_at <= ${begunBy}::timestamptz OR t.rooted_at > ${now}::timestamptz)`;
  return {
    ...target,
    tokens: sql`(${target.tokens}) AND ${hasBegun}`,
    ...(target.where === undefined ? {} : { where: sql`(${target.where}) AND ${hasBegun}` }),
  };
}
