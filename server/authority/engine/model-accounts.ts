import type { Account, KoaContextWithOIDC } from "oidc-provider";
import { findAccount, type TokenAccount } from "#lib/protocol/find-account.ts";
import type { EngineDeps } from "./deps.ts";
import { currentExchange, currentSql } from "./exchange.ts";

/** The engine's account with what our tokens need of it. */
export type EngineAccount = Account & { person: TokenAccount };

function engineAccount(person: TokenAccount): EngineAccount {
  return {
    accountId: person.id,
    person,
    claims: () => ({
      sub: person.id,
      name: person.name,
      email: person.email,
      groups: person.groups,
    }),
  };
}

/** Finds people for the engine; whoever is disabled is nobody. */
export function createAccountFinder(deps: EngineDeps) {
  return async (_ctx: KoaContextWithOIDC, sub: string): Promise<Account | undefined> => {
    const person = await findAccount(currentSql(deps.db), sub);
    if (person !== null) return engineAccount(person);
    const exchange = currentExchange();
    if (exchange !== null) exchange.refusal = "user_disabled";
    return undefined;
  };
}

/** The person whom the running request's tokens are for. */
export function personOf(ctx: KoaContextWithOIDC): TokenAccount {
  const account = ctx.oidc.entities.Account as EngineAccount | undefined;
  if (account === undefined) throw new Error("a user's token is issued without its account");
  return account.person;
}
