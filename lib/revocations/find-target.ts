import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { byTokenId } from "../tokens/by-token-id.ts";
import type { RevocableKind } from "./model.ts";
import { type Holder, holderName, targetName } from "./target-name.ts";

/** What a person wants to take back, found. */
export type FoundTarget = {
  kind: RevocableKind;
  id: string;
  /** For people, as it is called now. */
  name: string;
  /** Which tokens it means, on `token t`. */
  tokens: Fragment;
  userId: string | null;
  clientId: string | null;
  familyId: string | null;
  /** Of a token. */
  token: { kind: "access" | "refresh"; format: "jwt" | "opaque"; expiresAt: Date } | null;
};

type HolderRecord = Holder & {
  id: string;
  familyId: string;
  kind: "access" | "refresh";
  format: "jwt" | "opaque";
  expiresAt: Date;
};

const HOLDER = sql`SELECT t.id, t.family_id AS "familyId", t.user_id AS "userId", u.email, t.client_id AS "clientUuid", c.client_id AS "clientId",
    t.kind, t.format, t.expires_at AS "expiresAt"
  FROM token t LEFT JOIN user_account u ON u.id = t.user_id LEFT JOIN client c ON c.id = t.client_id`;

async function findToken(db: Sql, id: string): Promise<FoundTarget | null> {
  const [record] = await run<HolderRecord>(db, sql`${HOLDER} WHERE ${byTokenId(id)}`);
  if (record === undefined) return null;
  return {
    kind: "token",
    id,
    name: targetName(`${record.kind} token`, id, holderName(record)),
    tokens: byTokenId(id),
    userId: record.userId,
    clientId: record.clientUuid,
    familyId: record.familyId,
    token: { kind: record.kind, format: record.format, expiresAt: record.expiresAt },
  };
}

async function findFamily(db: Sql, id: string): Promise<FoundTarget | null> {
  const tokens = sql`t.family_id = ${id}::uuid`;
  const [record] = await run<HolderRecord>(db, sql`${HOLDER} WHERE ${tokens} LIMIT 1`);
  if (record === undefined) return null;
  return {
    kind: "family",
    id,
    name: targetName("family", id, holderName(record)),
    tokens,
    userId: record.userId,
    clientId: record.clientUuid,
    familyId: id,
    token: null,
  };
}

async function findSession(db: Sql, uid: string): Promise<FoundTarget | null> {
  const [record] = await run<{ userId: string | null; email: string | null }>(
    db,
    sql`SELECT x.user_id AS "userId", u.email FROM (
        SELECT f.user_id FROM token_family f WHERE f.session_uid = ${uid}
        UNION ALL SELECT CASE WHEN p.account_id ~ '^[0-9a-f-]{36}$' THEN p.account_id::uuid END FROM protocol_state p
          WHERE p.uid = ${uid} AND p.model = 'Session') x
      LEFT JOIN user_account u ON u.id = x.user_id LIMIT 1`,
  );
  if (record === undefined) return null;
  return {
    kind: "session",
    id: uid,
    name: targetName("session", uid, record.email ?? "nobody"),
    tokens: sql`t.family_id IN (SELECT f.id FROM token_family f WHERE f.session_uid = ${uid}) AND t.session_uid = ${uid}`,
    userId: record.userId,
    clientId: null,
    familyId: null,
    token: null,
  };
}

async function findUser(db: Sql, id: string): Promise<FoundTarget | null> {
  const [record] = await run<{ email: string }>(
    db,
    sql`SELECT email FROM user_account WHERE id = ${id}::uuid`,
  );
  if (record === undefined) return null;
  return {
    kind: "user",
    id,
    name: record.email,
    tokens: sql`t.user_id = ${id}::uuid`,
    userId: id,
    clientId: null,
    familyId: null,
    token: null,
  };
}

async function findClient(db: Sql, id: string): Promise<FoundTarget | null> {
  const [record] = await run<{ clientId: string }>(
    db,
    sql`SELECT client_id AS "clientId" FROM client WHERE id = ${id}::uuid`,
  );
  if (record === undefined) return null;
  return {
    kind: "client",
    id,
    name: record.clientId,
    tokens: sql`t.client_id = ${id}::uuid`,
    userId: null,
    clientId: id,
    familyId: null,
    token: null,
  };
}

const FINDERS: Record<RevocableKind, (db: Sql, id: string) => Promise<FoundTarget | null>> = {
  token: findToken,
  family: findFamily,
  session: findSession,
  user: findUser,
  client: findClient,
};

const WORDS: Record<RevocableKind, string> = {
  token: "The token",
  family: "The family",
  session: "The session",
  user: "The user",
  client: "The client",
};

/** @throws {DomainError} NOT_FOUND */
export async function getTarget(db: Sql, kind: RevocableKind, id: string): Promise<FoundTarget> {
  const target = kind !== "session" && !isUuid(id) ? null : await FINDERS[kind](db, id);
  if (target === null) throw notFound(WORDS[kind]);
  return target;
}
