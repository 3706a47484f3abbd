import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { uuidv7Time } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { type PartiesRecord, partiesOf } from "../registry/named-parties.ts";
import type { Verb } from "../revocations/model.ts";
import { dateOf, type PurgedToken, weekOf, weekWords } from "./model.ts";

type LeftWeek = Pick<PurgedToken, "week" | "leftAt">;

/** The week that an id is of, if it has left the register. */
async function findLeftWeek(db: Sql, id: string): Promise<LeftWeek | null> {
  const issuedAt = uuidv7Time(id);
  if (issuedAt === null) return null;
  const [row] = await run<{ week: Date; leftAt: Date }>(
    db,
    sql`SELECT week, left_at AS "leftAt" FROM purged_week WHERE week = ${weekOf(issuedAt)}::timestamptz`,
  );
  return row === undefined ? null : { week: dateOf(row.week), leftAt: row.leftAt.toISOString() };
}

type IssuedRecord = PartiesRecord & { kind: string; familyId: string };

async function readIssue(db: Sql, id: string, issuedAt: Date): Promise<PurgedToken["issued"]> {
  const [record] = await run<IssuedRecord>(
    db,
    sql`SELECT x.token_kind AS kind, x.family_id AS "familyId", x.subject, x.client_id AS "clientUuid", c.client_id AS "clientId", c.name AS "clientName",
        x.user_id AS "userId", u.email AS "userEmail", u.name AS "userName"
      FROM token_use x LEFT JOIN client c ON c.id = x.client_id LEFT JOIN user_account u ON u.id = x.user_id
      WHERE x.token_id = ${id}::uuid AND x.received_at = ${issuedAt}::timestamptz AND x.outcome = 'issued' LIMIT 1`,
  );
  if (record === undefined) return null;
  const { kind, familyId, subject } = record;
  return { kind, familyId, subject, ...partiesOf(record) };
}

async function readPurged(db: Sql, id: string): Promise<PurgedToken | null> {
  const issuedAt = uuidv7Time(id);
  const left = await findLeftWeek(db, id);
  if (issuedAt === null || left === null) return null;
  const [issued, orders] = await Promise.all([
    readIssue(db, id, issuedAt),
    run<{ id: string; verb: Verb; targetName: string; createdAt: Date }>(
      db,
      sql`SELECT id, verb, target_name AS "targetName", created_at AS "createdAt" FROM revocation_order
        WHERE target_kind = 'token' AND target_id = ${id} ORDER BY position LIMIT 20`,
    ),
  ]);
  // ids of other things carry times too
  if (issued === null && orders.length === 0) return null;
  return {
    id,
    issuedAt: issuedAt.toISOString(),
    ...left,
    issued,
    orders: orders.map((order) => ({ ...order, createdAt: order.createdAt.toISOString() })),
  };
}

/**
 * What is left of a token whose week has left the register: when it left, whom it had been issued to as the audit log has it, and the orders upon it.
 * Null for an id of which nothing is on record. Ask for it where the register does not have the token. Needs `token:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function findPurgedToken(ctx: Context, id: string): Promise<PurgedToken | null> {
  requirePermission(ctx, "token:read");
  return readPurged(ctx.db, id);
}

/** What to throw for a token that the register does not have: GONE where it left with its week, NOT_FOUND otherwise. */
export async function missingToken(db: Sql, id: string): Promise<DomainError> {
  const purged = await readPurged(db, id);
  if (purged === null) return notFound("The token");
  return new DomainError(
    "GONE",
    `The token left the register on ${purged.leftAt.slice(0, 10)}, with ${weekWords(purged.week)}. Its uses stay in the audit log.`,
  );
}
