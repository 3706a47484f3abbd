import Provider, { errors } from "oidc-provider";
import { uuidv7 } from "#lib/ids.ts";
import { createFamily } from "#lib/protocol/family.ts";
import type { RegistryClient } from "#lib/registry/snapshot.ts";
import type { EngineDeps } from "./deps.ts";
import { currentExchange, currentSql } from "./exchange.ts";
import { extendPayload, keepConsumedUnexpired, scopeValues } from "./extend-model.ts";
import { registryClient } from "./model-clients.ts";
import { invalidGrant } from "./protocol-errors.ts";
import { AlreadyUsed } from "./state-adapter.ts";

/** What our codes carry beside the engine's own: the family that their tokens will belong to, and the instant of the authorization. */
export type FamilyFields = { familyId: string; rootedAtMs: number };

export type EngineCode = InstanceType<Provider["AuthorizationCode"]> &
  FamilyFields & { accountId: string; sessionUid?: string };

type CodeClass = {
  find(value: string, options?: object): Promise<EngineCode | undefined>;
  revokeByGrantId(grantId: string): Promise<void>;
  prototype: EngineCode & { save(): Promise<string>; consume(): Promise<void> };
};

/** @throws invalid_grant where a client is disabled, or was at that instant or after it: what was under way then has ended. */
export function requirePending(client: RegistryClient, sinceMs: number): void {
  if (client.isDisabled) throw invalidGrant("the client is disabled");
  if (isEnded(client, sinceMs)) throw invalidGrant("the client was disabled in the meantime");
}

function isEnded({ pendingEndedAtMs }: RegistryClient, sinceMs: number): boolean {
  return pendingEndedAtMs !== null && sinceMs <= pendingEndedAtMs;
}

/** Marks the running exchange as a second use: its family ends once the exchange is rolled back. */
export async function markReplayed(): Promise<void> {
  const exchange = currentExchange();
  if (exchange === null) return;
  exchange.isReplayed = true;
  exchange.refusal = "replayed";
}

/**
 * Codes begin a family, are found under a lock that lasts for the exchange, and are used up by compare-and-set.
 * @see RFC 6749 section 4.1.2
 */
export function shapeCodes(provider: Provider, deps: EngineDeps): void {
  const Code = provider.AuthorizationCode as unknown as CodeClass;
  extendPayload(Code, ["familyId", "rootedAtMs"]);
  keepConsumedUnexpired(Code.prototype);

  const save = Code.prototype.save;
  Code.prototype.save = async function saveWithFamily(this: EngineCode) {
    const client = registryClient(deps, this.clientId);
    const now = Date.now();
    this.familyId = uuidv7(now);
    this.rootedAtMs = now;
    const { refreshTokenAbsoluteSeconds } = deps.registry().organisation;
    await createFamily(currentSql(deps.db), {
      id: this.familyId,
      clientId: client.id,
      userId: this.accountId,
      sessionUid: this.sessionUid ?? null,
      rootedAt: new Date(now),
      expiresAt: new Date(now + refreshTokenAbsoluteSeconds * 1_000),
    });
    return save.call(this);
  };

  const find = Code.find;
  Code.find = async function findForExchange(value, options) {
    const code = await find.call(Code, value, options);
    const exchange = currentExchange();
    if (code === undefined || exchange === null) return code;
    const client = registryClient(deps, code.clientId);
    exchange.presented = {
      id: code.familyId,
      tokenId: null,
      protocolClientId: client.clientId,
      familyId: code.familyId,
      sessionUid: code.sessionUid ?? null,
      userId: code.accountId,
      subject: code.accountId,
      clientId: client.id,
      scopes: scopeValues(code.scope),
      groups: [],
      audiences: [],
      signingKid: null,
      rootedAtMs: code.rootedAtMs,
    };
    requirePending(client, code.rootedAtMs);
    return code;
  };

  const consume = Code.prototype.consume;
  Code.prototype.consume = async function consumeOnce(this: EngineCode) {
    try {
      await consume.call(this);
    } catch (error) {
      if (!(error instanceof AlreadyUsed)) throw error;
      await markReplayed();
      throw invalidGrant("the code was used at the same moment");
    }
  };
  Code.revokeByGrantId = markReplayed;
}

/** Pushed requests are used up by compare-and-set too, and end with their client. @see RFC 9126 section 4 */
export function shapePushedRequests(provider: Provider, deps: EngineDeps): void {
  const Pushed = provider.PushedAuthorizationRequest as unknown as {
    find(id: string, options?: object): Promise<{ clientId?: string; iat: number } | undefined>;
    prototype: {
      clientId?: string | undefined;
      save(ttl?: number): Promise<string>;
      consume(): Promise<void>;
    };
  };
  extendPayload(Pushed, ["clientId"]);
  const { find, prototype } = Pushed;
  const { save } = prototype;
  prototype.save = async function saveWithClient(ttl) {
    this.clientId ??= Provider.ctx?.oidc.client?.clientId;
    return save.call(this, ttl);
  };
  Pushed.find = async function findPending(id, options) {
    const pushed = await find.call(Pushed, id, options);
    const client = deps.registry().clientsByClientId.get(pushed?.clientId ?? "");
    return client !== undefined && pushed !== undefined && isEnded(client, pushed.iat * 1_000)
      ? undefined
      : pushed;
  };
  const { consume } = prototype;
  prototype.consume = async function consumeOnce() {
    try {
      await consume.call(this);
    } catch (error) {
      if (!(error instanceof AlreadyUsed)) throw error;
      throw new errors.InvalidRequestUri("request_uri is invalid, expired, or was already used");
    }
  };
}
