import { recordEntry } from "#lib/audit/record-entry.ts";
import { type SqlContext, systemContext } from "#lib/context.ts";
import { lockFamily } from "#lib/protocol/family.ts";
import { placeOrder } from "#lib/revocations/place-order.ts";
import { targetName } from "#lib/revocations/target-name.ts";
import type { TokenUseRow } from "#lib/verification/use-writer.ts";
import type { EngineDeps } from "./deps.ts";
import type { Presented } from "./exchange.ts";
import { Exchange } from "./exchange.ts";
import { holderOf } from "./holder-of.ts";
import type { RequestFacts } from "./request-facts.ts";

/** The row of the timeline for a refresh token that was presented; null for a code, which is no token. */
export function refreshUse(
  presented: Presented,
  refusal: TokenUseRow["refusal"],
  facts: RequestFacts,
): TokenUseRow | null {
  if (presented.tokenId === null) return null;
  return {
    at: new Date(),
    refusal,
    source: "refresh",
    tokenId: presented.tokenId,
    tokenKind: "refresh",
    familyId: presented.familyId,
    clientId: presented.clientId,
    userId: presented.userId,
    subject: presented.subject,
    verifierId: null,
    audience: null,
    method: "POST",
    path: "/oauth/token",
    ip: facts.ip,
    userAgent: facts.userAgent,
  };
}

/**
 * Ends the family of a code or refresh token that came a second time: one of its two holders is not who it was given to. Once ended, further
 * replays only go on record. Recorded as `refresh_token.replayed`, `authorization_code.replayed` or `device_code.replayed`.
 * @see RFC 6749 sections 4.1.2 and 10.4, RFC 9700 section 4.14.2
 */
export async function endReplayedFamily(
  deps: EngineDeps,
  presented: Presented,
  facts: RequestFacts,
): Promise<void> {
  const what = presented.kind.replace("_", " ");
  const now = new Date();
  const ctx: SqlContext = { ...systemContext(deps.db, "authority", now), ...facts };
  const { familyId } = presented;
  const name = targetName("family", familyId, await holderOf(deps.db, presented));
  const target = { kind: "family" as const, id: familyId, name };
  const use = refreshUse(presented, "replayed", facts);
  const work = new Exchange(deps.db.pool, null);
  try {
    const { sql } = work;
    await lockFamily(sql, presented.familyId);
    const ended = await sql.query(
      "SELECT id FROM revocation_order WHERE verb = 'revoke' AND target_kind = 'family' AND target_id = $1::text AND effective_from <= created_at LIMIT 1",
      [presented.familyId],
    );
    if (use !== null) await deps.writer.write(sql, [use], null);
    if (ended.length === 0) {
      await placeOrder(sql, ctx, { verb: "revoke", target, reason: "policy", note: `${what} replayed` });
      await recordEntry(sql, ctx, {
        act: `${presented.kind}.replayed`,
        target,
        reason: "policy",
        note: `${presented.kind === "authorization_code" ? "An" : "A"} ${what} was used a second time: its family is revoked.`,
        after: { userId: presented.userId, ...(presented.tokenId ? { tokenId: presented.tokenId } : {}) },
      });
    }
    await work.commit();
  } catch (error) {
    await work.rollback();
    throw error;
  }
  if (use !== null) deps.countUses([use]);
}
