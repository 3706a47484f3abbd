import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { seenWaysOf } from "./journey-of-order.ts";
import { LEAST_AGENT_VERSION } from "./least-agent-version.ts";
import { STANDING_WORDS, type VerifierPropagation } from "./model.ts";
import { readStandingCheckers, type StandingChecker } from "./read-checkers.ts";
import { type StandingFacts, standingOf } from "./standing.ts";

/** How all verifiers stand in the feed now, by name: which are behind, silent, on an old version. Needs `verifier:read`. */
export async function listVerifierStandings(
  ctx: Context,
): Promise<{ headPosition: string; at: string; rows: VerifierPropagation[] }> {
  requirePermission(ctx, "verifier:read");
  const { headPosition, rows } = await readStandings(ctx, null);
  return { headPosition: String(headPosition), at: ctx.now.toISOString(), rows };
}

/** How one verifier stands. Needs `verifier:read`. @throws {DomainError} NOT_FOUND */
export async function getVerifierStanding(ctx: Context, verifierId: string): Promise<VerifierPropagation> {
  requirePermission(ctx, "verifier:read");
  const [row] = isUuid(verifierId) ? (await readStandings(ctx, [verifierId])).rows : [];
  if (row === undefined) throw notFound("The verifier");
  return row;
}

/** The same for use cases, of some of them. */
export async function readStandings(
  ctx: Context,
  verifierIds: string[] | null,
): Promise<{ headPosition: bigint; rows: VerifierPropagation[] }> {
  const { headPosition, checkers } = await readStandingCheckers(ctx.db, { verifierIds, now: ctx.now });
  const now = { headPosition, leastVersion: LEAST_AGENT_VERSION, nowMs: ctx.now.getTime() };
  return { headPosition, rows: checkers.map((checker) => rowOf(checker, standingOf(checker, now))) };
}

function endedWords({ newest }: StandingChecker): string {
  return newest?.isEndedByAdmin === true
    ? "Its last process has ended, by an admin's word: the process did not say so itself."
    : "Its last process said that it ended.";
}

function rowOf(checker: StandingChecker, facts: StandingFacts): VerifierPropagation {
  return {
    verifierId: checker.id,
    name: checker.name,
    checkWay: checker.checkWay,
    mode: checker.mode,
    isDisabled: checker.isDisabled,
    standing: facts.standing,
    says: facts.standing === "ended" ? endedWords(checker) : STANDING_WORDS[facts.standing].means,
    seenWays: seenWaysOf(checker),
    behindBy: facts.behindBy,
    silentSince: facts.silentSinceMs === null ? null : new Date(facts.silentSinceMs).toISOString(),
    instances: { live: facts.live, count: checker.instances.length },
    oldVersion: facts.oldVersion,
    lastHeardAt: facts.lastHeardAtMs === null ? null : new Date(facts.lastHeardAtMs).toISOString(),
  };
}
