import { createHash } from "node:crypto";
import { prepared, type Sql } from "../db/sql.ts";
import type { StateSeal } from "./state-seal.ts";

/** What the engine keeps under one id. `payload` never holds that id; `readAs` is what it is sealed as, each time that it is written another. */
export type ProtocolState = {
  payload: Record<string, unknown>;
  consumedAt: Date | null;
  readAs: string;
};

export type NewProtocolState = {
  model: string;
  id: string;
  payload: Record<string, unknown>;
  grantId?: string | undefined;
  accountId?: string | undefined;
  /** The `client_id` of the protocol. */
  clientId?: string | undefined;
  uid?: string | undefined;
  familyId?: string | undefined;
  /** What a person types, as the seal digests it. */
  userCode?: string | undefined;
  /** Undefined: kept until it is dropped. */
  expiresAt?: Date | undefined;
};

type StateRecord = { idHash: Buffer; payload: unknown; consumedAt: Date | null };

const COLUMNS = `id_hash AS "idHash", payload, consumed_at AS "consumedAt"`;
const OF_ID = "model = $1::text AND id_hash = $2::bytea";
const FIND = prepared(`SELECT ${COLUMNS} FROM protocol_state WHERE ${OF_ID}`);
const HOLD = prepared(`SELECT ${COLUMNS} FROM protocol_state WHERE ${OF_ID} FOR UPDATE`);
const FIND_BY_UID = prepared(
  `SELECT ${COLUMNS} FROM protocol_state WHERE uid = $1::text AND model = $2::text`,
);
const PUT = prepared(`
  INSERT INTO protocol_state (model, id_hash, payload, grant_id, account_id, client_id, uid, family_id, expires_at, user_code)
   VALUES ($1::text, $2::bytea, $3::jsonb, $4::text, $5::text, $6::text, $7::text, $8::uuid, $9::timestamptz, $10::text)
   ON CONFLICT (model, id_hash) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id,
     account_id = excluded.account_id, client_id = excluded.client_id, uid = excluded.uid, family_id = excluded.family_id,
     expires_at = excluded.expires_at, user_code = excluded.user_code`);
const CONSUME = prepared(`
  UPDATE protocol_state SET consumed_at = $3::timestamptz WHERE model = $1::text AND id_hash = $2::bytea AND consumed_at IS NULL
   RETURNING model`);
const DROP = prepared(`DELETE FROM protocol_state WHERE ${OF_ID}`);

/** Ids are credentials (cookies, codes, refresh tokens): the database knows their SHA-256. */
export function hashId(id: string): Buffer {
  return createHash("sha256").update(id).digest();
}

/** What a sealed row is bound to. */
export function place(model: string, idHash: Uint8Array): string {
  return `${model} ${Buffer.from(idHash).toString("hex")}`;
}

function opened(seal: StateSeal, model: string, record: StateRecord | undefined): ProtocolState | null {
  if (record === undefined) return null;
  const payload = seal.open(record.payload, place(model, record.idHash));
  const { sealed: readAs = "" } = record.payload as { sealed?: string };
  return payload === null ? null : { payload, consumedAt: record.consumedAt, readAs };
}

/** Keeps state under an id, in place of what was there. */
export async function putState(sql: Sql, seal: StateSeal, state: NewProtocolState): Promise<void> {
  const idHash = hashId(state.id);
  await sql.query(PUT, [
    state.model,
    idHash,
    JSON.stringify(seal.seal(state.payload, place(state.model, idHash))),
    state.grantId ?? null,
    state.accountId ?? null,
    state.clientId ?? null,
    state.uid ?? null,
    state.familyId ?? null,
    state.expiresAt ?? null,
    state.userCode ?? null,
  ]);
}

/**
 * Keeps state in place of what was read under its id, where that still stands there.
 *
 * @returns what it is sealed as now; null where somebody else wrote in the meantime, or it is gone.
 */
export async function replaceState(
  sql: Sql,
  seal: StateSeal,
  state: NewProtocolState,
  readAs: string,
): Promise<string | null> {
  const idHash = hashId(state.id);
  const payload = seal.seal(state.payload, place(state.model, idHash));
  const rows = await sql.query(
    `UPDATE protocol_state SET payload = $3::jsonb, grant_id = $4::text, account_id = $5::text, client_id = $6::text, family_id = $7::uuid,
       expires_at = $8::timestamptz WHERE model = $1::text AND id_hash = $2::bytea AND payload ->> 'sealed' = $9::text RETURNING model`,
    [
      state.model,
      idHash,
      JSON.stringify(payload),
      state.grantId ?? null,
      state.accountId ?? null,
      state.clientId ?? null,
      state.familyId ?? null,
      state.expiresAt ?? null,
      readAs,
    ],
  );
  return rows.length > 0 ? payload.sealed : null;
}

/** Keeps an id that may be used once, ever. @returns false where it was there already. */
export async function putOnce(sql: Sql, model: string, id: string, expiresAt: Date): Promise<boolean> {
  const rows = await sql.query(
    `INSERT INTO protocol_state (model, id_hash, payload, expires_at) VALUES ($1::text, $2::bytea, '{}', $3::timestamptz)
     ON CONFLICT DO NOTHING RETURNING model`,
    [model, hashId(id), expiresAt],
  );
  return rows.length > 0;
}

/** With `lock` the row is held until the caller's transaction ends, and read as the last one to hold it left it. */
export async function findState(
  sql: Sql,
  seal: StateSeal,
  model: string,
  id: string,
  lock = false,
): Promise<ProtocolState | null> {
  const [record] = await sql.query<StateRecord>(lock ? HOLD : FIND, [model, hashId(id)]);
  return opened(seal, model, record);
}

/** By the uid that the engine gave it, as it names sessions and interactions. */
export async function findStateByUid(
  sql: Sql,
  seal: StateSeal,
  model: string,
  uid: string,
): Promise<ProtocolState | null> {
  const [record] = await sql.query<StateRecord>(FIND_BY_UID, [uid, model]);
  return opened(seal, model, record);
}

/** By what a person typed, as the seal digests it. */
export async function findStateByUserCode(
  sql: Sql,
  seal: StateSeal,
  model: string,
  userCode: string,
): Promise<ProtocolState | null> {
  const [record] = await sql.query<StateRecord>(
    `SELECT ${COLUMNS} FROM protocol_state WHERE user_code = $1::text AND model = $2::text`,
    [userCode, model],
  );
  return opened(seal, model, record);
}

/** Uses something up. @returns false where it is not there or somebody else did. */
export async function consumeState(sql: Sql, model: string, id: string, now: Date): Promise<boolean> {
  const rows = await sql.query(CONSUME, [model, hashId(id), now]);
  return rows.length > 0;
}

/** Takes something away; nothing where it is not there. */
export async function dropState(sql: Sql, model: string, id: string): Promise<void> {
  await sql.query(DROP, [model, hashId(id)]);
}
