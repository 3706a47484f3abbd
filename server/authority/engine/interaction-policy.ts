import { interactionPolicy, type KoaContextWithOIDC } from "oidc-provider";
import { isHalfGone, isSignOnTooOld } from "#lib/lifetimes/ends.ts";
import type { EngineDeps } from "./deps.ts";
import { currentExchange } from "./exchange.ts";
import { lifetimeSeconds, rotatesAlways } from "./lifetimes.ts";
import { registryClient } from "./model-clients.ts";
import type { EngineRefreshToken } from "./model-refresh-tokens.ts";
import type { EngineSession } from "./model-sessions.ts";

const { Check } = interactionPolicy;

function isTooOld(deps: EngineDeps, ctx: KoaContextWithOIDC): boolean {
  const session = ctx.oidc.session as EngineSession | undefined;
  // the engine itself asks whoever has none
  if (session?.accountId === undefined) return false;
  const { organisation } = deps.registry();
  const client = registryClient(deps, ctx.oidc.client?.clientId);
  const signedInAtMs = session.signedInAtMs ?? (session.loginTs ?? 0) * 1_000;
  return isSignOnTooOld(
    {
      idleSeconds: lifetimeSeconds(organisation, client, "sessionIdleSeconds"),
      absoluteSeconds: lifetimeSeconds(organisation, client, "sessionAbsoluteSeconds"),
    },
    { signedInAtMs, usedAtMs: session.usedAtMs ?? signedInAtMs },
    Date.now(),
  );
}

/** When a person is asked: as the engine has it, and where the sign-on is older than this client takes. */
export function createInteractionPolicy(deps: EngineDeps): interactionPolicy.Prompt[] {
  const policy = interactionPolicy.base();
  policy
    .get("login")
    ?.checks.add(
      new Check("sign_on_age", "the sign-on is older than this client takes", "login_required", (ctx) =>
        isTooOld(deps, ctx) ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
      ),
    );
  return policy;
}

/**
 * Whether the refresh token that is presented is replaced: at each use, or once half of its time has gone. One that was used up before and may be
 * used again is always replaced.
 */
export function isToBeReplaced(deps: EngineDeps, ctx: KoaContextWithOIDC): boolean {
  const token = ctx.oidc.entities.RefreshToken as EngineRefreshToken | undefined;
  if (token === undefined || currentExchange()?.supersedes != null) return true;
  const client = registryClient(deps, ctx.oidc.client?.clientId);
  return (
    rotatesAlways(deps.registry().organisation, client, token.jkt !== undefined) ||
    isHalfGone(token.iat, token.exp ?? token.iat, Date.now())
  );
}
