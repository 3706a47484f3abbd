import type Provider from "oidc-provider";
import { errors, type KoaContextWithOIDC } from "oidc-provider";
import { hashId } from "#lib/protocol/state-store.ts";
import type { RegistryClient } from "#lib/registry/snapshot.ts";
import type { EngineDeps } from "./deps.ts";
import { DevicePolls } from "./device-polls.ts";
import { currentExchange } from "./exchange.ts";
import { extendPayload, keepConsumedUnexpired } from "./extend-model.ts";
import { lifetimeSeconds } from "./lifetimes.ts";
import { registryClient } from "./model-clients.ts";
import {
  beginFamily,
  type FamilyFields,
  markReplayed,
  presentedCode,
  requirePending,
  useUpOnce,
} from "./model-codes.ts";
import { invalidGrant } from "./protocol-errors.ts";

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

/** Seconds between two questions of a client's devices. */
function pollSeconds(deps: Pick<EngineDeps, "registry">, client: RegistryClient): number {
  return lifetimeSeconds(deps.registry().organisation, client, "devicePollSeconds");
}

/** Tells a device how often it may ask, which the engine leaves out. @see RFC 8628 section 3.2 */
export function tellInterval(deps: EngineDeps) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next();
    const { client, route } = ctx.oidc ?? {};
    if (route !== "device_authorization" || client === undefined || ctx.status !== 200) return;
    const interval = pollSeconds(deps, registryClient(deps, client.clientId));
    ctx.body = { ...(ctx.body as object), interval };
  };
}

/**
 * A device's code begins a family when a person lets the device in; from then on it is exchanged like an authorization code: under a lock, once, and a second
 * use ends what the first gave.
 *
 * @see RFC 8628 sections 3.3 to 3.5
 */
export function shapeDeviceCodes(provider: Provider, deps: EngineDeps): void {
  const Code = provider.DeviceCode as unknown as DeviceCodeClass;
  const polls = new DevicePolls();
  extendPayload(Code, ["familyId", "rootedAtMs", "familyEndsAtMs", "startedAtMs"]);
  keepConsumedUnexpired(Code.prototype);

  const save = Code.prototype.save;
  Code.prototype.save = async function saveWithFamily(this: EngineDeviceCode) {
    const now = Date.now();
    this.startedAtMs ??= now;
    const { accountId } = this;
    if (accountId !== undefined && this.familyId === undefined)
      await beginFamily(deps, Object.assign(this, { accountId }));
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
      if (isPending && polls.isTooSoon(hashId(value).toString("hex"), pollSeconds(deps, client)))
        throw new errors.SlowDown("you ask too often: wait five seconds longer each time");
      return code;
    }
    const { sessionUid, scope } = code;
    exchange.presented = presentedCode(client, {
      familyId,
      rootedAtMs,
      accountId,
      scope,
      ...(sessionUid === undefined ? {} : { sessionUid }),
    });
    return code;
  };

  useUpOnce(Code.prototype, async () => {
    await markReplayed();
    return invalidGrant("the device code was used at the same moment");
  });
  Code.revokeByGrantId = markReplayed;
}
