import Provider, { errors } from "oidc-provider";
import { uuidv7 } from "#lib/ids.ts";
import { createFamily } from "#lib/protocol/family.ts";
import type { EngineDeps } from "./deps.ts";
import { currentExchange, currentSql } from "./exchange.ts";
import { extendPayload, keepConsumedUnexpired, scopeValues } from "./extend-model.ts";
import { type FamilyTimes, lifetimeSeconds } from "./lifetimes.ts";
import { registryClient } from "./model-clients.ts";
import type { EngineSession } from "./model-sessions.ts";
import { invalidGrant } from "./protocol-errors.ts";
import { AlreadyUsed } from "./state-adapter.ts";

/** What our codes carry beside the engine's own: the family that their tokens will belong to, the instant of the authorization, and its last end. */
export type FamilyFields = { familyId: string } & FamilyTimes;

export type EngineCode = InstanceType<Provider["AuthorizationCode"]> &
  FamilyFields & { accountId: string; sessionUid?: string };

type CodeClass = {
  find(value: string, options?: object): Promise<EngineCode | undefined>;
  revokeByGrantId(grantId: string): Promise<void>;
  prototype: EngineCode & { save(): Promise<string>; consume(): Promise<void> };
};

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
  extendPayload(Code, ["familyId", "rootedAtMs", "familyEndsAtMs"]);
  keepConsumedUnexpired(Code.prototype);

  const save = Code.prototype.save;
  Code.prototype.save = async function saveWithFamily(this: EngineCode) {
    const client = registryClient(deps, this.clientId);
    const now = Date.now();
    this.familyId = uuidv7(now);
    this.rootedAtMs = now;
    // saved with the answer
    const session = Provider.ctx?.oidc.session as EngineSession | undefined;
    if (session !== undefined) session.usedAtMs = now;
    const seconds = lifetimeSeconds(deps.registry().organisation, client, "refreshTokenAbsoluteSeconds");
    this.familyEndsAtMs = now + seconds * 1_000;
    await createFamily(currentSql(deps.db), {
      id: this.familyId,
      clientId: client.id,
      userId: this.accountId,
      sessionUid: this.sessionUid ?? null,
      rootedAt: new Date(now),
      expiresAt: new Date(this.familyEndsAtMs),
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
    if (client.isDisabled) throw invalidGrant("the client is disabled");
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

/** Pushed requests are used up by compare-and-set too. @see RFC 9126 section 4 */
export function shapePushedRequests(provider: Provider): void {
  const { prototype } = provider.PushedAuthorizationRequest as unknown as {
    prototype: { consume(): Promise<void> };
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
