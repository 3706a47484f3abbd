import type Provider from "oidc-provider";
import { errors, type KoaContextWithOIDC } from "oidc-provider";
import type { StateSeal } from "#lib/protocol/state-seal.ts";
import { hashId, replaceState } from "#lib/protocol/state-store.ts";
import type { RegistryClient } from "#lib/registry/snapshot.ts";
import type { EngineDeps } from "./deps.ts";
import { DevicePolls } from "./device-polls.ts";
import { currentExchange } from "./exchange.ts";
import { extendPayload, keepConsumedUnexpired, pickPayload } from "./extend-model.ts";
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
import { guarded, invalidGrant } from "./protocol-errors.ts";
import { stateOf } from "./state-adapter.ts";

/** Where a device asked to be let in from. */
export type DeviceInfo = { ip: string | null; userAgent: string | null; country: string | null };

/** `startedAtMs`: when the device asked. The family's fields are there once a person has let it in. */
export type EngineDeviceCode = InstanceType<Provider["DeviceCode"]> &
  Partial<FamilyFields> & {
    jti: string;
    accountId?: string;
    sessionUid?: string;
    startedAtMs?: number;
    /** What it was read as; undefined of a new one. */
    readAs?: string;
    error?: string;
  };

/** Somebody else answered for the same device first. */
class DeviceTaken extends errors.OIDCProviderError {
  constructor() {
    super(409, "invalid_request");
    this.name = "DeviceTaken";
    this.error_description = "somebody else has answered for this device";
  }
}

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
 * Writes what a person answered for a device, where it still is as it was read: of two at the same moment one is heard. With the yes its family begins.
 *
 * @throws {DeviceTaken}
 */
async function answerFor(
  deps: EngineDeps,
  seal: StateSeal,
  code: EngineDeviceCode,
  readAs: string,
): Promise<void> {
  const { accountId } = code;
  // what somebody let in stays let in
  if (code.error !== undefined && code.familyId !== undefined) throw new DeviceTaken();
  const isLetIn = accountId !== undefined && code.familyId === undefined;
  const expiresIn = Math.max(1, code.remainingTTL);
  const written = await guarded(
    deps.db.transaction(async (tx) => {
      const family = isLetIn ? await beginFamily(deps, tx, { ...code, accountId }) : {};
      const payload = { ...pickPayload(code), ...family };
      const state = stateOf(seal, "DeviceCode", code.jti, { payload, expiresIn });
      const sealed = await replaceState(tx, seal, state, readAs);
      if (sealed === null) throw new DeviceTaken();
      return { ...family, readAs: sealed };
    }),
  );
  Object.assign(code, written);
}

/**
 * A device's code begins a family when a person lets the device in; from then on it is exchanged like an authorization code: under a lock, once, and a second
 * use ends what the first gave.
 *
 * @see RFC 8628 sections 3.3 to 3.5
 */
export function shapeDeviceCodes(provider: Provider, deps: EngineDeps, seal: StateSeal): void {
  const Code = provider.DeviceCode as unknown as DeviceCodeClass;
  const polls = new DevicePolls();
  extendPayload(Code, ["familyId", "rootedAtMs", "familyEndsAtMs", "startedAtMs", "readAs"]);
  keepConsumedUnexpired(Code.prototype);

  const save = Code.prototype.save;
  Code.prototype.save = async function saveUnlessTaken(this: EngineDeviceCode) {
    this.startedAtMs ??= Date.now();
    if (this.readAs === undefined) return save.call(this);
    await answerFor(deps, seal, this, this.readAs);
    return this.jti;
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
      const isPending = !code.isExpired && code.error === undefined;
      if (isPending && polls.isTooSoon(hashId(value).toString("hex"), pollSeconds(deps, client)))
        throw new errors.SlowDown("you ask too often: wait five seconds longer each time");
      return code;
    }
    const { sessionUid, scope } = code;
    exchange.presented = presentedCode("device_code", client, {
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
