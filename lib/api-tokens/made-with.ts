import type { Actor } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { API_TOKEN_COLUMNS, API_TOKEN_FROM, type ApiTokenRecord, apiTokenRowOf } from "./get-api-token.ts";
import { type ApiTokenDetail, type ApiTokenRow, type GoesWithIt, LIVING_MADE_WITH_MAX } from "./model.ts";

// through what was revoked or has expired by itself too: what it made may live
const MADE_WITH = (id: string) => sql`
  WITH RECURSIVE made AS (
    SELECT t.id, 0 AS depth FROM api_token t WHERE t.id = ${id}::uuid
    UNION ALL
    SELECT c.id, m.depth + 1 FROM made m JOIN api_token c ON c.made_by_token_id = m.id
  )`;
const isLive = (now: Date) =>
  sql`t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ${now}::timestamptz)`;

/** The API tokens that were made with one, at every depth, and are not over; those of its own first. */
export async function readMadeWith(db: Sql, { id, now }: { id: string; now: Date }): Promise<ApiTokenRow[]> {
  const records = await run<ApiTokenRecord>(
    db,
    sql`${MADE_WITH(id)} SELECT t.id, ${API_TOKEN_COLUMNS} FROM ${API_TOKEN_FROM} JOIN made m ON m.id = t.id
      WHERE m.depth > 0 AND ${isLive(now)} ORDER BY m.depth, t.created_at, t.id`,
  );
  return records.map((record) => apiTokenRowOf(record, now));
}

/** How much ends with an API token when it is revoked. */
export async function countGoingWith(db: Sql, { id, now }: { id: string; now: Date }): Promise<GoesWithIt> {
  const [row] = await run<GoesWithIt>(
    db,
    sql`${MADE_WITH(id)}
      SELECT (SELECT count(*)::int FROM made m JOIN api_token t ON t.id = m.id WHERE m.depth > 0 AND ${isLive(now)}) AS "apiTokens",
        (SELECT count(*)::int FROM setup_link l WHERE l.used_at IS NULL AND l.withdrawn_because IS NULL AND l.expires_at > ${now}::timestamptz
           AND l.invited_by_token_id IN (SELECT m.id FROM made m))
        + (SELECT count(*)::int FROM admin_identity i WHERE i.subject IS NULL AND i.withdrawn_because IS NULL AND i.invited_until > ${now}::timestamptz
           AND i.invited_by_token_id IN (SELECT m.id FROM made m)) AS invitations`,
  );
  return row ?? { apiTokens: 0, invitations: 0 };
}

/** Of one that was revoked because one that it was made with was, at any depth: the one that somebody revoked. All that go together go at one instant. */
export async function findRevokedWith(db: Sql, id: string): Promise<ApiTokenDetail["revokedWith"]> {
  const [found] = await run<{ id: string; name: string; isMaker: boolean }>(
    db,
    sql`WITH RECURSIVE makers AS (
        SELECT t.id, t.name, t.made_by_token_id AS by_id, t.revoked_at, 0 AS depth FROM api_token t WHERE t.id = ${id}::uuid
        UNION ALL SELECT p.id, p.name, p.made_by_token_id, p.revoked_at, m.depth + 1 FROM makers m JOIN api_token p ON p.id = m.by_id)
      SELECT m.id, m.name, m.depth = 1 AS "isMaker" FROM makers m
      WHERE m.depth > 0 AND m.revoked_at = (SELECT o.revoked_at FROM makers o WHERE o.depth = 0) ORDER BY m.depth DESC LIMIT 1`,
  );
  return found ?? null;
}

/**
 * Holds that an API token which makes another leaves no more behind, with those that it was made with and all that they made, than one revocation ends at once. Call under `lockApiTokens`.
 *
 * @throws {DomainError} CONFLICT
 */
export async function requireRoom(tx: Sql, { kind, id }: Actor, now: Date): Promise<void> {
  if (kind !== "api_token") return;
  const [first] = await run<{ id: string; name: string }>(
    tx,
    sql`WITH RECURSIVE makers AS (
        SELECT t.id, t.name, t.made_by_token_id AS by_id FROM api_token t WHERE t.id = ${id}::uuid
        UNION ALL SELECT p.id, p.name, p.made_by_token_id FROM makers m JOIN api_token p ON p.id = m.by_id)
      SELECT m.id, m.name FROM makers m WHERE m.by_id IS NULL`,
  );
  if (first === undefined) return;
  const { apiTokens } = await countGoingWith(tx, { id: first.id, now });
  if (apiTokens < LIVING_MADE_WITH_MAX) return;
  throw new DomainError(
    "CONFLICT",
    `${LIVING_MADE_WITH_MAX.toLocaleString("en")} API tokens live that were made with ${first.name}, and no more may: revoke some, or give them a shorter life.`,
  );
}

/** The names of all that was made with one at every depth, and its own, by their ids, whether over or not. */
export async function namesMadeWith(db: Sql, id: string): Promise<Map<string, string>> {
  const rows = await run<{ id: string; name: string }>(
    db,
    sql`${MADE_WITH(id)} SELECT t.id, t.name FROM made m JOIN api_token t ON t.id = m.id`,
  );
  return new Map(rows.map((row) => [row.id, row.name]));
}
