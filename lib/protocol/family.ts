import { prepared, type Sql } from "../db/sql.ts";

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

const CREATE = prepared(`INSERT INTO token_family (id, client_id, user_id, session_uid, rooted_at, expires_at)
   VALUES ($1::uuid, $2::uuid, $3::uuid, $4::text, $5::timestamptz, $6::timestamptz)`);
const LOCK = prepared("SELECT id FROM token_family WHERE id = $1::uuid FOR UPDATE");
const CONSUMPTION = prepared(
  `SELECT consumed_at AS "consumedAt" FROM refresh_consumption WHERE token_id = $1::uuid`,
);
const CONSUME =
  prepared(`INSERT INTO refresh_consumption (token_id, family_id, consumed_at) VALUES ($1::uuid, $2::uuid, $3::timestamptz)
   ON CONFLICT DO NOTHING RETURNING token_id`);

/** Puts a family on record: everything that is to descend from one authorization. */
export async function createFamily(sql: Sql, family: NewFamily): Promise<void> {
  await sql.query(CREATE, [
    family.id,
    family.clientId,
    family.userId,
    family.sessionUid,
    family.rootedAt,
    family.expiresAt,
  ]);
}

/** Holds a family until the caller's transaction ends: exchanges within it go one after the other. */
export async function lockFamily(sql: Sql, familyId: string): Promise<void> {
  await sql.query(LOCK, [familyId]);
}

/** When a refresh token was exchanged, or null. Under the family's lock the answer holds until the transaction ends. */
export async function findConsumption(sql: Sql, tokenId: string): Promise<Date | null> {
  const [row] = await sql.query<{ consumedAt: Date }>(CONSUMPTION, [tokenId]);
  return row?.consumedAt ?? null;
}

/** Uses a refresh token up. @returns false where somebody else did: the primary key lets one win. */
export async function consumeRefreshToken(
  sql: Sql,
  token: { id: string; familyId: string },
  now: Date,
): Promise<boolean> {
  const rows = await sql.query(CONSUME, [token.id, token.familyId, now]);
  return rows.length > 0;
}

/** A token that an exchange of some refresh token gave. */
export type Successor = {
  id: string;
  kind: "access" | "refresh";
  /** It was exchanged itself. */
  isConsumed: boolean;
  isRevoked: boolean;
  /** Somebody presented it anywhere: it has arrived. */
  isSeen: boolean;
};

/** What a refresh token gave from an instant on: the exchange that used it up, and later ones. */
export function findSuccessors(
  sql: Sql,
  token: { id: string; familyId: string },
  since: Date,
): Promise<Successor[]> {
  return sql.query<Successor>(
    `SELECT t.id, t.kind, c.token_id IS NOT NULL AS "isConsumed", s.revoked_at IS NOT NULL AS "isRevoked",
       EXISTS (SELECT FROM token_use u WHERE u.token_id = t.id AND u.received_at >= t.issued_at - interval '1 minute'
         AND u.outcome <> 'issued') AS "isSeen"
     FROM token t LEFT JOIN refresh_consumption c ON c.token_id = t.id LEFT JOIN token_standing s ON s.token_id = t.id
     WHERE t.family_id = $1::uuid AND t.parent_id = $2::uuid AND t.issued_at >= $3::timestamptz`,
    [token.familyId, token.id, since],
  );
}

/**
 * Whether the answer to a refresh token's last exchange has left the process that made it, as far as the database knows. `lost` is certain:
 * that process died, or gave up, before the answer left. `unknown` is so for a second at most, or until the process is taken for dead.
 */
export type Answer = { writerId: string; flush: bigint; receivedAt: Date; left: "yes" | "lost" | "unknown" };

/** Seconds without a word after which a process is taken for dead here. */
const SILENT_SECONDS = 5;

/** @returns null where no exchange of the token is on record. */
export async function findAnswer(sql: Sql, tokenId: string, consumedAt: Date): Promise<Answer | null> {
  const [answer] = await sql.query<Answer>(
    `SELECT u.writer_id AS "writerId", u.flush, u.received_at AS "receivedAt",
       CASE WHEN w.id IS NULL OR (u.flush <= w.counted_flush AND u.flush <> ALL (w.open_flushes)) THEN 'yes'
         WHEN w.ended_at IS NOT NULL OR w.seen_at < clock_timestamp() - make_interval(secs => $3::int) THEN 'lost'
         ELSE 'unknown' END AS left
     FROM token_use u LEFT JOIN evidence_writer w ON w.id = u.writer_id
     WHERE u.token_id = $1::uuid AND u.received_at >= $2::timestamptz - interval '1 minute' AND u.source = 'refresh' AND u.outcome = 'allowed'
     ORDER BY u.received_at DESC LIMIT 1`,
    [tokenId, consumedAt, SILENT_SECONDS],
  );
  return answer ?? null;
}
