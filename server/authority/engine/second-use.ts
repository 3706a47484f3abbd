import { recordEntry } from "#lib/audit/record-entry.ts";
import { type SqlContext, systemContext } from "#lib/context.ts";
import type { Sql } from "#lib/db/sql.ts";
import { findAnswer, findSuccessors } from "#lib/protocol/family.ts";
import { placeOrder } from "#lib/revocations/place-order.ts";
import { targetName } from "#lib/revocations/target-name.ts";
import type { EngineDeps } from "./deps.ts";
import type { Exchange } from "./exchange.ts";
import { holderOf } from "./holder-of.ts";
import { lifetimeSeconds } from "./lifetimes.ts";
import type { RequestFacts } from "./request-facts.ts";

/** How long an answer of this process may be on its way. */
const LEAVING_MS = 2_000;

/**
 * What a refresh token that was exchanged before is when it comes again: a replay, which ends its family; a repeat, which gets another answer
 * in place of the one that is superseded; or not to be told yet.
 */
export type SecondUse = "replay" | "unknown" | { supersedes: string[] };

async function isAnswerLost(
  deps: EngineDeps,
  sql: Sql,
  tokenId: string,
  consumedAt: Date,
): Promise<"no" | "yes" | "unknown"> {
  const answer = await findAnswer(sql, tokenId, consumedAt);
  if (answer === null) return "no";
  if (answer.writerId !== deps.writer.id)
    return answer.left === "yes" ? "no" : answer.left === "lost" ? "yes" : "unknown";
  if (!deps.writer.ledger.isOpen(answer.flush)) return "no";
  return Date.now() - answer.receivedAt.getTime() > LEAVING_MS ? "yes" : "unknown";
}

/**
 * Judges a second use under the family's lock. Within the grace it is a repeat as long as the refresh token that the first use gave is unused.
 * Beyond it, it is one only where the first answer never left: the process that made it died between its commit and the answer, or could not
 * hand it over, and nothing that it gave was ever seen anywhere.
 */
export async function judgeSecondUse(
  deps: EngineDeps,
  sql: Sql,
  token: { id: string; familyId: string; clientId: string },
  consumedAt: Date,
  hasWaited: boolean,
): Promise<SecondUse> {
  // what the token gave before it was used up says nothing of that answer
  const successors = await findSuccessors(sql, token, consumedAt);
  const refreshTokens = successors.filter((one) => one.kind === "refresh");
  if (refreshTokens.some((one) => one.isConsumed)) return "replay";
  const { organisation, clientsByUuid } = deps.registry();
  const client = clientsByUuid.get(token.clientId);
  const refreshGraceSeconds =
    client === undefined ? 0 : lifetimeSeconds(organisation, client, "refreshGraceSeconds");
  const isWithinGrace = Date.now() - consumedAt.getTime() < refreshGraceSeconds * 1_000;
  if (!isWithinGrace) {
    if (successors.some((one) => one.isSeen)) return "replay";
    const isLost = await isAnswerLost(deps, sql, token.id, consumedAt);
    if (isLost === "no") return "replay";
    // a process that lives and has not said for seconds that the answer left did not send it
    if (isLost === "unknown" && !hasWaited) return "unknown";
  }
  return { supersedes: refreshTokens.filter((one) => !one.isRevoked).map((one) => one.id) };
}

/** Revokes what a repeat supersedes, in the exchange's transaction: one refresh token of a family lives at any time. */
export async function revokeSuperseded(
  deps: EngineDeps,
  exchange: Exchange,
  facts: RequestFacts,
): Promise<void> {
  const { presented, supersedes, sql } = exchange;
  if (presented === null) return;
  const ctx: SqlContext = { ...systemContext(deps.db, "authority"), ...facts };
  const note = "A refresh token whose answer was lost came again: what it had given is superseded.";
  if (supersedes === null || supersedes.length === 0) return;
  const holder = await holderOf(sql, presented);
  const targets = supersedes.map((id) => ({
    kind: "token" as const,
    id,
    name: targetName("refresh token", id, holder),
  }));
  for (const target of targets)
    await placeOrder(sql, ctx, {
      verb: "revoke",
      target,
      reason: "superseded",
      note,
    });
  for (const target of targets)
    await recordEntry(sql, ctx, {
      act: "refresh_token.superseded",
      target,
      reason: "superseded",
      note,
      after: { familyId: presented.familyId, presentedTokenId: presented.tokenId },
    });
}
