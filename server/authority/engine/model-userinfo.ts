import type Provider from "oidc-provider";
import OidcProvider, { errors } from "oidc-provider";
import type { Refusal } from "#lib/audit/use-words.ts";
import { decide } from "#lib/verification/decide.ts";
import type { RegisteredToken } from "#lib/verification/registered-token.ts";
import type { TokenUseRow } from "#lib/verification/use-writer.ts";
import type { EngineDeps } from "./deps.ts";
import { isOidcScope } from "./model-refresh-tokens.ts";
import { guarded, temporarilyUnavailable } from "./protocol-errors.ts";
import { factsOf } from "./request-facts.ts";

const NEEDS = { audiences: null, permissions: ["openid"] };
const registered = new WeakMap<object, RegisteredToken>();

function useRow(deps: EngineDeps, token: RegisteredToken, refusal: Refusal | null): TokenUseRow {
  const ctx = OidcProvider.ctx;
  if (ctx === undefined) throw new Error("userinfo is asked outside a request");
  const { ip, userAgent } = factsOf(deps, ctx.req);
  return {
    at: new Date(),
    refusal,
    source: "userinfo",
    tokenId: token.id,
    tokenKind: token.kind,
    familyId: token.familyId,
    clientId: token.clientId,
    userId: token.userId,
    subject: token.subject,
    verifierId: null,
    audience: null,
    method: ctx.method,
    path: "/oauth/userinfo",
    ip,
    userAgent,
  };
}

/** Decides and records one use, under orders that are no older than the record. */
async function judge(deps: EngineDeps, token: RegisteredToken, isAltered: boolean): Promise<Refusal | null> {
  for (let attempt = 0; attempt < 4; attempt += 1) {
    if (deps.isStale()) throw temporarilyUnavailable(new Error("the orders are too old"));
    const { position } = deps.orders();
    const refusal: Refusal | null = isAltered
      ? "altered"
      : token.kind !== "access"
        ? "not_an_access_token"
        : decide(token, NEEDS, deps.orders(), deps.registry(), Date.now());
    const row = useRow(deps, token, refusal);
    // a refusal stands whatever was ordered since; a use is written only under the newest orders
    const head = await guarded(deps.writer.write(deps.db, [row], refusal === null ? position : null));
    if (refusal !== null || head === position) {
      deps.countUses([row]);
      return refusal;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw temporarilyUnavailable(new Error("the orders are behind the database"));
}

/**
 * Userinfo takes every live access token that carries `openid`, whatever audiences it names, JWT or opaque, and finds it in the register.
 * Each use is on record before it is answered.
 * @see OpenID Connect Core 1.0 section 5.3
 */
export function shapeUserinfo(provider: Provider, deps: EngineDeps): void {
  const AccessToken = provider.AccessToken as unknown as {
    new (fields: object): InstanceType<Provider["AccessToken"]>;
    find(value: string): Promise<object | undefined>;
  };
  AccessToken.find = async (value) => {
    const reading = await guarded(deps.findToken(value));
    if (reading.token === null) {
      const ctx = OidcProvider.ctx;
      if (ctx !== undefined) await guarded(deps.noticeUnknown(reading, factsOf(deps, ctx.req)));
      return undefined;
    }
    const { token } = reading;
    const refusal = await judge(deps, token, reading.isAltered);
    if (refusal === "permission")
      throw new errors.InsufficientScope("access token missing openid scope", "openid");
    const client = deps.registry().clientsByUuid.get(token.clientId);
    if (refusal !== null || token.userId === null || client === undefined) return undefined;
    const { jkt } = (token.claims.cnf ?? {}) as { jkt?: string };
    const found = new AccessToken({
      jti: token.id,
      clientId: client.clientId,
      accountId: token.userId,
      grantId: token.familyId,
      scope: token.scopes.join(" "),
      exp: Math.floor(token.expiresAtMs / 1_000),
      ...(jkt === undefined ? {} : { jkt }),
    });
    registered.set(found, token);
    return found;
  };

  // what was consented to stands in the token itself
  const Grant = provider.Grant as unknown as {
    new (fields: object): object;
    find(id: string, options?: object): Promise<object | undefined>;
  };
  const find = Grant.find;
  Grant.find = async (id, options) => {
    const ctx = OidcProvider.ctx;
    const accessToken = ctx?.oidc.route === "userinfo" ? ctx.oidc.accessToken : undefined;
    const token = accessToken === undefined ? undefined : registered.get(accessToken);
    if (accessToken === undefined || token === undefined) return find.call(Grant, id, options);
    const scope = token.scopes.filter((one) => isOidcScope(provider, one)).join(" ");
    return new Grant({ accountId: accessToken.accountId, clientId: accessToken.clientId, openid: { scope } });
  };
}
