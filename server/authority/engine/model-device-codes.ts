import type Provider from "oidc-provider";
import { errors } from "oidc-provider";
import { uuidv7 } from "#lib/ids.ts";
import { createFamily } from "#lib/protocol/family.ts";
import { hashId } from "#lib/protocol/state-store.ts";
import type { EngineDeps } from "./deps.ts";
import { DevicePolls } from "./device-polls.ts";
import { currentExchange, currentSql } from "./exchange.ts";
import { extendPayload, keepConsumedUnexpired, scopeValues } from "./extend-model.ts";
import { registryClient } from "./model-clients.ts";
import { type FamilyFields, markReplayed, requirePending } from "./model-codes.ts";
import { invalidGrant } from "./protocol-errors.ts";
import { AlreadyUsed } from "./state-adapter.ts";

/** Seconds between two questions of a device. */
export const DEVICE_POLL_SECONDS = 5;

/** Where a device asked to be let in from. */
export type DeviceInfo = { ip: string | null; userAgent: string | null; country: string | null };

/** `startedAtMs`: when the device asked. The family's fields are there once a person has let it in. */
export type EngineDeviceCode = InstanceType<Provider["DeviceCode"]> &
  Partial<FamilyFields> & {
    jti: string;
    accountId?: string;
    sessionUid?: string;
    startedAtMs?: number;
  };

type DeviceCodeClass = {
  find(value: string, options?: object): Promise<EngineDeviceCode | undefined>;
  revokeByGrantId(grantId: string): Promise<void>;
  prototype: EngineDeviceCode & { save(): Promise<string>; consume(): Promise<void> };
};

/**
 * A device's code begins a family when a person lets the device in; from then on it is exchanged like an authorization code: under a lock, once, and a second
 * use ends what the first gave.
 *
 * @see RFC 8628 sections 3.3 to 3.5
 */
export function shapeDeviceCodes(provider: Provider, deps: EngineDeps): void {
  const Code = provider.DeviceCode as unknown as DeviceCodeClass;
  const polls = new DevicePolls();
  extendPayload(Code, ["familyId", "rootedAtMs", "startedAtMs"]);
  keepConsumedUnexpired(Code.prototype);

  const save = Code.prototype.save;
  Code.prototype.save = async function saveWithFamily(this: EngineDeviceCode) {
    const now = Date.now();
    this.startedAtMs ??= now;
    if (this.accountId !== undefined && this.familyId === undefined) {
      const { refreshTokenAbsoluteSeconds } = deps.registry().organisation;
      this.familyId = uuidv7(now);
      this.rootedAtMs = now;
      await createFamily(currentSql(deps.db), {
        id: this.familyId,
        clientId: registryClient(deps, this.clientId).id,
        userId: this.accountId,
        sessionUid: this.sessionUid ?? null,
        rootedAt: new Date(now),
        expiresAt: new Date(now + refreshTokenAbsoluteSeconds * 1_000),
      });
    }
    return save.call(this);
  };

  const find = Code.find;
  Code.find = async function findForExchange(value, options) {
    const code = await find.call(Code, value, options);
    const exchange = currentExchange();
    if (code === undefined || exchange === null) return code;
    const client = registryClient(deps, code.clientId);
    requirePending(client, code.startedAtMs ?? 0);
    const { accountId, familyId, rootedAtMs } = code;
    if (accountId === undefined || familyId === undefined || rootedAtMs === undefined) {
      const isPending = !code.isExpired && (code as { error?: string }).error === undefined;
      if (isPending && polls.isTooSoon(hashId(value).toString("hex"), DEVICE_POLL_SECONDS))
        throw new errors.SlowDown("you ask too often: wait five seconds longer each time");
      return code;
    }
    exchange.presented = {
      id: familyId,
      tokenId: null,
      protocolClientId: client.clientId,
      familyId,
      sessionUid: code.sessionUid ?? null,
      userId: accountId,
      subject: accountId,
      clientId: client.id,
      scopes: scopeValues(code.scope),
      groups: [],
      audiences: [],
      signingKid: null,
      rootedAtMs,
    };
    return code;
  };

  const consume = Code.prototype.consume;
  Code.prototype.consume = async function consumeOnce(this: EngineDeviceCode) {
    try {
      await consume.call(this);
    } catch (error) {
      if (!(error instanceof AlreadyUsed)) throw error;
      await markReplayed();
      throw invalidGrant("the device code was used at the same moment");
    }
  };
  Code.revokeByGrantId = markReplayed;
}
