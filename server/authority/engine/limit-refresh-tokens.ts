import { recordEntries } from "#lib/audit/record-entry.ts";
import { type SqlContext, systemContext } from "#lib/context.ts";
import { listExcessFamilies } from "#lib/protocol/excess-families.ts";
import { placeOrders } from "#lib/revocations/place-order.ts";
import { targetName } from "#lib/revocations/target-name.ts";
import type { EngineDeps } from "./deps.ts";
import type { Exchange } from "./exchange.ts";
import { holderOf } from "./holder-of.ts";
import type { RequestFacts } from "./request-facts.ts";

/**
 * Revokes the oldest sign-ins of a user with a client where the exchange has given one more refresh token than the organisation allows, in the
 * exchange's transaction. Recorded as `refresh_token.crowded_out` upon each family.
 */
export async function endOldestSignIns(
  deps: EngineDeps,
  exchange: Exchange,
  facts: RequestFacts,
): Promise<void> {
  const { presented, sql } = exchange;
  // a refresh replaces one by one
  const issued = exchange.tokens.find((token) => token.kind === "refresh" && token.parentId === null);
  if (presented === null || issued === undefined || issued.userId === null) return;
  const { refreshTokensMax } = deps.registry().organisation;
  const { userId, clientId } = issued;
  const ctx: SqlContext = { ...systemContext(deps.db, "authority"), ...facts };
  const familyIds = await listExcessFamilies(sql, {
    userId,
    clientId,
    allowed: refreshTokensMax,
    now: ctx.now,
  });
  if (familyIds.length === 0) return;
  const holder = await holderOf(sql, presented);
  const targets = familyIds.map((id) => ({
    kind: "family" as const,
    id,
    name: targetName("family", id, holder),
  }));
  const note = `The user has more than ${refreshTokensMax} refresh tokens with the client: the oldest sign-in ends.`;
  await placeOrders(sql, ctx, { verb: "revoke", targets, reason: "policy", note });
  await recordEntries(
    sql,
    ctx,
    targets.map((target) => ({
      act: "refresh_token.crowded_out",
      target,
      reason: "policy",
      note,
      after: { userId, familyId: issued.familyId },
    })),
  );
}
