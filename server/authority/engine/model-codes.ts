import Provider, { errors } from "oidc-provider";
import type { Sql } from "#lib/db/sql.ts";
import { uuidv7 } from "#lib/ids.ts";
import { createFamily } from "#lib/protocol/family.ts";
import type { RegistryClient } from "#lib/registry/snapshot.ts";
import type { EngineDeps } from "./deps.ts";
import { currentExchange, currentSql, type Presented } from "./exchange.ts";
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

/** @throws invalid_grant where a client is disabled, or was at that instant or after it: what was under way then has ended. */
export function requirePending(client: RegistryClient, sinceMs: number): void {
  if (client.isDisabled) throw invalidGrant("the client is disabled");
  if (isEnded(client, sinceMs)) throw invalidGrant("the client was disabled in the meantime");
}

/** Whether what of a client began at an instant ended with it. */
export function isEnded({ pendingEndedAtMs }: RegistryClient, sinceMs: number): boolean {
  return pendingEndedAtMs !== null && sinceMs <= pendingEndedAtMs;
}

/** What begins with a person's yes: an authorization code as it is made, a device's once somebody lets the device in. */
type Beginning = {
  clientId?: string | undefined;
  accountId: string;
  sessionUid?: string;
};

/** Makes the family that a code's tokens will belong to, rooted at this instant. */
export async function beginFamily(deps: EngineDeps, sql: Sql, code: Beginning): Promise<FamilyFields> {
  const client = registryClient(deps, code.clientId);
  const now = Date.now();
  const id = uuidv7(now);
  // saved with the answer
  const session = Provider.ctx?.oidc.session as EngineSession | undefined;
  if (session !== undefined) session.usedAtMs = now;
  const seconds = lifetimeSeconds(deps.registry().organisation, client, "refreshTokenAbsoluteSeconds");
  const familyEndsAtMs = now + seconds * 1_000;
  await createFamily(sql, {
    id,
    clientId: client.id,
    userId: code.accountId,
    sessionUid: code.sessionUid ?? null,
    rootedAt: new Date(now),
    expiresAt: new Date(familyEndsAtMs),
  });
  return { familyId: id, rootedAtMs: now, familyEndsAtMs };
}

/** A code, or a device's, as what is presented to be exchanged. */
export function presentedCode(
  kind: "authorization_code" | "device_code",
  client: RegistryClient,
  code: Pick<FamilyFields, "familyId" | "rootedAtMs"> & {
    accountId: string;
    sessionUid?: string;
    scope?: string | undefined;
  },
): Presented {
  return {
    kind,
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
}

/** Marks the running exchange as a second use: its family ends once the exchange is rolled back. */
export async function markReplayed(): Promise<void> {
  const exchange = currentExchange();
  if (exchange === null) return;
  exchange.isReplayed = true;
  exchange.refusal = "replayed";
}

/** Lets something be used up by compare-and-set alone: of two at the same moment the second is told what `refuse` makes. */
export function useUpOnce(prototype: { consume(): Promise<void> }, refuse: () => Promise<Error>): void {
  const { consume } = prototype;
  prototype.consume = async function consumeOnce() {
    try {
      await consume.call(this);
    } catch (error) {
      if (!(error instanceof AlreadyUsed)) throw error;
      throw await refuse();
    }
  };
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
    Object.assign(this, await beginFamily(deps, currentSql(deps.db), this));
    return save.call(this);
  };

  const find = Code.find;
  Code.find = async function findForExchange(value, options) {
    const code = await find.call(Code, value, options);
    const exchange = currentExchange();
    if (code === undefined || exchange === null) return code;
    const client = registryClient(deps, code.clientId);
    exchange.presented = presentedCode("authorization_code", client, code);
    requirePending(client, code.rootedAtMs);
    return code;
  };

  useUpOnce(Code.prototype, async () => {
    await markReplayed();
    return invalidGrant("the code was used at the same moment");
  });
  Code.revokeByGrantId = markReplayed;
}

/** Pushed requests are used up by compare-and-set too, and end with their client. @see RFC 9126 section 4 */
export function shapePushedRequests(provider: Provider, deps: EngineDeps): void {
  const Pushed = provider.PushedAuthorizationRequest as unknown as {
    find(id: string, options?: object): Promise<{ clientId?: string; startedAtMs?: number } | undefined>;
    prototype: {
      clientId?: string | undefined;
      startedAtMs?: number;
      save(ttl?: number): Promise<string>;
      consume(): Promise<void>;
    };
  };
  extendPayload(Pushed, ["clientId", "startedAtMs"]);
  const { find, prototype } = Pushed;
  const { save } = prototype;
  prototype.save = async function saveWithClient(ttl) {
    this.clientId ??= Provider.ctx?.oidc.client?.clientId;
    this.startedAtMs ??= Date.now();
    return save.call(this, ttl);
  };
  Pushed.find = async function findPending(id, options) {
    const pushed = await find.call(Pushed, id, options);
    const client = deps.registry().clientsByClientId.get(pushed?.clientId ?? "");
    return client !== undefined && pushed !== undefined && isEnded(client, pushed.startedAtMs ?? 0)
      ? undefined
      : pushed;
  };
  useUpOnce(
    prototype,
    async () => new errors.InvalidRequestUri("request_uri is invalid, expired, or was already used"),
  );
}
