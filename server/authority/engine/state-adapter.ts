import type { Adapter, AdapterPayload } from "oidc-provider";
import type { Sql } from "#lib/db/sql.ts";
import type { StateSeal } from "#lib/protocol/state-seal.ts";
import {
  consumeState,
  dropState,
  findState,
  findStateByUid,
  findStateByUserCode,
  hashId,
  type NewProtocolState,
  type ProtocolState,
  putState,
} from "#lib/protocol/state-store.ts";
import { currentExchange, currentSql } from "./exchange.ts";
import { guardedSql } from "./protocol-errors.ts";

const DEVICE_CODE = "DeviceCode";

type Payload = AdapterPayload & {
  familyId?: string;
  readAs?: string;
  result?: { login?: { accountId?: string } };
};

/** Raised where something may be used once and was used before. */
export class AlreadyUsed extends Error {
  override name = "AlreadyUsed";
}

function accountOf(payload: Payload): string | undefined {
  const session = payload.session as { accountId?: string } | undefined;
  return payload.accountId ?? payload.result?.login?.accountId ?? session?.accountId;
}

/** What is kept of one of the engine's models, for so many seconds. */
export function stateOf(
  seal: StateSeal,
  model: string,
  id: string,
  { payload, expiresIn }: { payload: AdapterPayload; expiresIn: number | undefined },
): NewProtocolState {
  const { jti, readAs: _readAs, ...bare } = payload as Payload;
  // a device is found by what a person types, and its code is then written anew: it stands in what is sealed
  const rest: Payload = model === DEVICE_CODE ? { ...bare, jti } : bare;
  return {
    model,
    id,
    payload: rest,
    grantId: rest.grantId,
    accountId: accountOf(rest),
    clientId: rest.clientId,
    uid: rest.uid,
    familyId: rest.familyId,
    userCode: model === DEVICE_CODE && rest.userCode ? seal.digest(rest.userCode) : undefined,
    expiresAt: expiresIn ? new Date(Date.now() + expiresIn * 1_000) : undefined,
  };
}

/** The engine's storage for one of its models. Ids reach the database hashed, payloads sealed and without the id. */
export function createStateAdapter(db: Sql, seal: StateSeal): (model: string) => Adapter {
  function restored(state: ProtocolState | null, id?: string): AdapterPayload | undefined {
    if (state === null) return undefined;
    const consumed =
      state.consumedAt === null ? {} : { consumed: Math.floor(state.consumedAt.getTime() / 1_000) };
    return { ...state.payload, ...(id === undefined ? {} : { jti: id }), ...consumed } as AdapterPayload;
  }
  /** A device's code is answered for by whoever comes first: with it goes what it was read as. */
  function restoredDevice(state: ProtocolState | null, id?: string): AdapterPayload | undefined {
    const payload = restored(state, id);
    return payload === undefined || state === null ? undefined : { ...payload, readAs: state.readAs };
  }
  return (model) => ({
    async upsert(id, payload, expiresIn) {
      await putState(currentSql(db), seal, stateOf(seal, model, id, { payload, expiresIn }));
    },
    async find(id) {
      const exchange = currentExchange();
      // what a refresh token was issued with never changes: its family is known before the exchange takes a connection
      if (exchange !== null && model === "RefreshToken")
        return restored(await findState(guardedSql(db), seal, model, id), id);
      // a device asks every few seconds: nothing is held until there is something to give
      if (exchange !== null && model === DEVICE_CODE) {
        const state = await findState(guardedSql(db), seal, model, id);
        if (state?.payload.accountId === undefined) return restoredDevice(state, id);
      }
      // held until the exchange ends: of any number at once, one finds it unused
      const isHeld = exchange !== null && (model === "AuthorizationCode" || model === DEVICE_CODE);
      if (isHeld) await exchange.enter(`code ${hashId(id).toString("hex")}`);
      const state = await findState(currentSql(db), seal, model, id, isHeld);
      return model === DEVICE_CODE ? restoredDevice(state, id) : restored(state, id);
    },
    async findByUid(uid) {
      return restored(await findStateByUid(currentSql(db), seal, model, uid));
    },
    async findByUserCode(userCode) {
      return restoredDevice(await findStateByUserCode(currentSql(db), seal, model, seal.digest(userCode)));
    },
    async consume(id) {
      if (!(await consumeState(currentSql(db), model, id, new Date()))) throw new AlreadyUsed(model);
    },
    async destroy(id) {
      await dropState(currentSql(db), model, id);
    },
    // the engine's grant spans every code flow of a session and client: families end instead
    async revokeByGrantId() {},
  });
}
