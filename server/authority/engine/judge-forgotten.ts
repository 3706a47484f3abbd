import { hash } from "node:crypto";
import Provider from "oidc-provider";
import { findConsumption, lockFamily } from "#lib/protocol/family.ts";
import { findRefreshToken } from "#lib/protocol/find-refresh-token.ts";
import { readVerdict } from "#lib/protocol/read-verdict.ts";
import { parseOpaque } from "#lib/tokens/opaque.ts";
import type { EngineDeps } from "./deps.ts";
import type { Exchange } from "./exchange.ts";
import { markReplayed } from "./model-codes.ts";
import { invalidGrant } from "./protocol-errors.ts";

/**
 * Judges a refresh token that the engine has forgotten: what it kept of it goes an hour after its end. The register still has it, and one that was used
 * ends its family when it comes again, however long ago that was. What is not in the register is nobody's.
 *
 * @throws invalid_grant for every one that was ours.
 */
export async function judgeForgotten(deps: EngineDeps, exchange: Exchange, value: string): Promise<void> {
  const parsed = parseOpaque(value);
  if (parsed === null) return;
  const token = await findRefreshToken(exchange.sql, parsed.id, hash("sha256", value, "buffer"));
  const client = token === null ? undefined : deps.registry().clientsByUuid.get(token.clientId);
  if (token === null || client === undefined) return;
  const presented = {
    ...token,
    kind: "refresh_token" as const,
    tokenId: token.id,
    protocolClientId: client.clientId,
  };
  exchange.presented = presented;
  if (Provider.ctx?.oidc.client?.clientId !== client.clientId) {
    exchange.refusal = "wrong_client";
    throw invalidGrant("the refresh token is another client's");
  }
  await exchange.rollback();
  await exchange.enter(token.familyId);
  await lockFamily(exchange.sql, token.familyId);
  const verdict = await readVerdict(exchange.sql, [presented], Date.now());
  const isSuperseded = verdict.order?.targetKind === "token" && verdict.order.reason === "superseded";
  if ((verdict.isRevoked || verdict.isSuspended) && !isSuperseded)
    exchange.refusal = verdict.isRevoked ? "revoked" : "suspended";
  else if (isSuperseded || (await findConsumption(exchange.sql, token.id)) !== null) await markReplayed();
  else exchange.refusal = "expired";
  throw invalidGrant("the refresh token has ended");
}
