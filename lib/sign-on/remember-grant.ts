import type { Sql } from "../db/sql.ts";

/** What a person allows a client, as it is now. */
export type RememberedGrant = {
  userId: string;
  /** The client's register id. */
  clientId: string;
  /** The engine's. */
  grantId: string;
  scopes: readonly string[];
  permissions: readonly string[];
  isAsked: boolean;
  now: Date;
  expiresAt: Date;
};

/** Keeps what a person allows a client over sessions and devices. When it was first given stays, unless it had lapsed. */
export async function rememberGrant(sql: Sql, grant: RememberedGrant): Promise<void> {
  await sql.query(
    `INSERT INTO user_grant AS g (user_id, client_id, grant_id, scopes, permissions, is_asked, given_at, changed_at, expires_at)
     VALUES ($1::uuid, $2::uuid, $3::text, $4::text[], $5::text[], $6::bool, $7::timestamptz, $7::timestamptz, $8::timestamptz)
     ON CONFLICT (user_id, client_id) DO UPDATE SET grant_id = excluded.grant_id, scopes = excluded.scopes,
       permissions = excluded.permissions, is_asked = excluded.is_asked, expires_at = excluded.expires_at,
       given_at = CASE WHEN g.expires_at <= excluded.changed_at THEN excluded.given_at ELSE g.given_at END,
       changed_at = CASE WHEN g.scopes = excluded.scopes AND g.permissions = excluded.permissions THEN g.changed_at
         ELSE excluded.changed_at END`,
    [
      grant.userId,
      grant.clientId,
      grant.grantId,
      [...grant.scopes].sort(),
      [...grant.permissions].sort(),
      grant.isAsked,
      grant.now,
      grant.expiresAt,
    ],
  );
}

/** The engine's id of what a person allows a client, or null. */
export async function findRememberedGrant(
  sql: Sql,
  { userId, clientId, now }: { userId: string; clientId: string; now: Date },
): Promise<string | null> {
  const [row] = await sql.query<{ grantId: string }>(
    `SELECT grant_id AS "grantId" FROM user_grant WHERE user_id = $1::uuid AND client_id = $2::uuid AND expires_at > $3::timestamptz`,
    [userId, clientId, now],
  );
  return row?.grantId ?? null;
}
