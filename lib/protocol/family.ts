import type { Sql } from "../db/sql.ts";

/** What descends from one authorization, as it is written when the code is issued. */
export type NewFamily = {
  id: string;
  /** The client's register id. */
  clientId: string;
  userId: string;
  sessionUid: string | null;
  rootedAt: Date;
  /** The refresh tokens' absolute end. */
  expiresAt: Date;
};

export async function createFamily(sql: Sql, family: NewFamily): Promise<void> {
  await sql.query(
    `INSERT INTO token_family (id, client_id, user_id, session_uid, rooted_at, expires_at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4::text, $5::timestamptz, $6::timestamptz)`,
    [family.id, family.clientId, family.userId, family.sessionUid, family.rootedAt, family.expiresAt],
  );
}

/** Holds a family until the caller's transaction ends: exchanges within it go one after the other. */
export async function lockFamily(sql: Sql, familyId: string): Promise<void> {
  await sql.query("SELECT id FROM token_family WHERE id = $1::uuid FOR UPDATE", [familyId]);
}

/** When a refresh token was exchanged, or null. Under the family's lock the answer holds until the transaction ends. */
export async function findConsumption(sql: Sql, tokenId: string): Promise<Date | null> {
  const [row] = await sql.query<{ consumedAt: Date }>(
    `SELECT consumed_at AS "consumedAt" FROM refresh_consumption WHERE token_id = $1::uuid`,
    [tokenId],
  );
  return row?.consumedAt ?? null;
}

/** Uses a refresh token up. @returns false where somebody else did: the primary key lets one win. */
export async function consumeRefreshToken(
  sql: Sql,
  token: { id: string; familyId: string },
  now: Date,
): Promise<boolean> {
  const rows = await sql.query(
    `INSERT INTO refresh_consumption (token_id, family_id, consumed_at) VALUES ($1::uuid, $2::uuid, $3::timestamptz)
     ON CONFLICT DO NOTHING RETURNING token_id`,
    [token.id, token.familyId, now],
  );
  return rows.length > 0;
}
