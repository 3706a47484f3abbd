import type { Sql } from "../db/sql.ts";

/** A session as it is now. */
export type SeenSession = {
  uid: string;
  userId: string;
  signedInAt: Date;
  seenAt: Date;
  ip: string | null;
  country: string | null;
  userAgent: string | null;
};

/** Keeps where a person's browser was last seen. Idempotent; a person who is gone is passed over. */
export async function noteSignOn(sql: Sql, session: SeenSession): Promise<void> {
  await sql.query(
    `INSERT INTO sign_on (uid, user_id, signed_in_at, seen_at, ip, country, user_agent)
     SELECT $1::text, u.id, $3::timestamptz, $4::timestamptz, $5::text, $6::text, $7::text FROM user_account u WHERE u.id = $2::uuid
     ON CONFLICT (uid) DO UPDATE SET user_id = excluded.user_id, signed_in_at = excluded.signed_in_at,
       seen_at = greatest(sign_on.seen_at, excluded.seen_at), ip = excluded.ip, country = excluded.country, user_agent = excluded.user_agent`,
    [
      session.uid,
      session.userId,
      session.signedInAt,
      session.seenAt,
      session.ip,
      session.country,
      session.userAgent,
    ],
  );
}
