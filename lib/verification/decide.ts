import type { Refusal } from "../audit/use-words.ts";
import type { RegistrySnapshot } from "../registry/snapshot.ts";
import { tokenState } from "../tokens/model.ts";
import type { OrderBook } from "./order-book.ts";
import type { RegisteredToken } from "./registered-token.ts";

/** What the asker needs the token to be good for. Null: does not matter. */
export type Demand = {
  /** The token must name one of these audiences. */
  audiences: ReadonlySet<string> | null;
  /** The token must carry all of these permissions. */
  permissions: readonly string[];
  /** Nothing else will do. */
  kind?: "access" | undefined;
  /** The one client whose tokens the asker may ask about, by the register's id. */
  clientId?: string | undefined;
};

/**
 * Whether a registered token is good now, and if not, why. Pure but for the books that it is given; every order counts.
 * The token's own standing comes first, what was asked of it after.
 */
export function decide(
  token: RegisteredToken,
  demand: Demand,
  book: OrderBook,
  registry: RegistrySnapshot,
  nowMs: number,
): Refusal | null {
  const verdict = book.verdict(token, nowMs);
  const state = tokenState({
    now: new Date(nowMs),
    notBefore: new Date(token.issuedAtMs - registry.organisation.clockSkewSeconds * 1_000),
    expiresAt: new Date(token.expiresAtMs),
    isRevoked: verdict.isRevoked,
    isSuspended: verdict.isSuspended,
  });
  if (state !== "active") return state;
  const client = registry.clientsByUuid.get(token.clientId);
  if (client === undefined || client.isDisabled) return "client_disabled";
  if (demand.clientId !== undefined && token.clientId !== demand.clientId) return "wrong_client";
  if (demand.kind !== undefined && token.kind !== demand.kind) return "not_an_access_token";
  const { audiences } = demand;
  if (audiences !== null && !token.audiences.some((audience) => audiences.has(audience))) return "audience";
  if (!demand.permissions.every((permission) => token.scopes.includes(permission))) return "permission";
  return null;
}
