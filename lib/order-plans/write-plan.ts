import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { SELECTION_MAX } from "./model.ts";

/** Tokens of a selection that come into force together. */
const CHUNK = 5_000;

/** What is written of a plan before its tokens are looked at. */
export type PlanDraft = {
  id: string;
  actorKind: string;
  actorId: string;
  createdAt: Date;
  expiresAt: Date;
  verb: "revoke" | "suspend";
  target: { kind: string; id: string; name: string };
  isMembers: boolean;
  effectiveFrom: Date | null;
  suspendedUntil: Date | null;
};

/** What the tokens of a plan come to. */
export type Reach = {
  tokens: number;
  users: number;
  clients: number;
  /** Names of the audiences of the tokens. */
  audiences: string[];
  /** When the last JWT among the access tokens expires. */
  jwtsUntil: Date | null;
};

const INSERT_PLAN = `
  INSERT INTO order_plan (id, actor_kind, actor_id, created_at, expires_at, looked_from, verb, target_kind, target_id, target_name, is_members,
    effective_from, suspended_until, tokens, is_exact, audiences, needs_owner, confirm)
  VALUES ($1::uuid, $2::text, $3::text, $4::timestamptz, $5::timestamptz, clock_timestamp(), $6::text, $7::text, $8::text, $9::text, $10::boolean,
    $11::timestamptz, $12::timestamptz, 0, true, '{}', false, NULL)`;

/** Writes a plan that names nobody yet. */
export async function insertPlan(tx: Sql, draft: PlanDraft): Promise<void> {
  await tx.query(INSERT_PLAN, [
    draft.id,
    draft.actorKind,
    draft.actorId,
    draft.createdAt,
    draft.expiresAt,
    draft.verb,
    draft.target.kind,
    draft.target.id,
    draft.target.name,
    draft.isMembers,
    draft.effectiveFrom,
    draft.suspendedUntil,
  ]);
}

function namesOf(planId: string, kind: "user" | "client", column: Fragment): Fragment {
  return sql`INSERT INTO order_plan_name (plan_id, kind, ids)
    SELECT ${planId}::uuid, ${kind}, coalesce(array_agg(d.id ORDER BY d.id), '{}') FROM (SELECT DISTINCT ${column} AS id FROM reached WHERE ${column} IS NOT NULL) d
    RETURNING cardinality(ids) AS count`;
}

/**
 * Looks at every token of a plan once: names their users and clients, counts them and, for a selection, freezes them into chunks. At most
 * `SELECTION_MAX + 1` are frozen.
 */
export async function nameReach(
  tx: Sql,
  planId: string,
  live: Fragment,
  selectionId: string | null,
): Promise<Reach> {
  const picked =
    selectionId === null
      ? sql`picked AS NOT MATERIALIZED (${live})`
      : sql`picked AS MATERIALIZED (SELECT * FROM (${live}) found LIMIT ${SELECTION_MAX + 1}::int),
          chunks AS (INSERT INTO selection_chunk (selection_id, number, token_ids)
            SELECT ${selectionId}::uuid, n.number, array_agg(n.id ORDER BY n.id)
            FROM (SELECT id, ((row_number() OVER (ORDER BY id) - 1) / ${CHUNK}::int)::int AS number FROM picked) n GROUP BY n.number)`;
  const [row] = await run<{
    tokens: bigint;
    users: number;
    clients: number;
    audiences: string[];
    jwtsUntil: Date | null;
  }>(
    tx,
    sql`WITH ${picked},
        reached AS MATERIALIZED (SELECT p.user_id, p.client_id, p.audiences, count(*) AS tokens,
          max(p.expires_at) FILTER (WHERE p.kind = 'access' AND p.format = 'jwt') AS jwts_until FROM picked p GROUP BY 1, 2, 3),
        users AS (${namesOf(planId, "user", sql`user_id`)}),
        clients AS (${namesOf(planId, "client", sql`client_id`)})
      SELECT coalesce((SELECT sum(tokens) FROM reached), 0)::bigint AS tokens, (SELECT count FROM users) AS users, (SELECT count FROM clients) AS clients,
        coalesce((SELECT array_agg(DISTINCT a) FROM reached, unnest(audiences) a), '{}') AS audiences,
        (SELECT max(jwts_until) FROM reached) AS "jwtsUntil"`,
  );
  return {
    tokens: Number(row?.tokens ?? 0),
    users: Number(row?.users ?? 0),
    clients: Number(row?.clients ?? 0),
    audiences: row?.audiences ?? [],
    jwtsUntil: row?.jwtsUntil ?? null,
  };
}

/** The verifiers that answer for one of some audiences now. */
export async function readVerifiersOf(
  db: Sql,
  audiences: readonly string[],
): Promise<{ id: string; name: string }[]> {
  return run(
    db,
    sql`SELECT v.id, v.name FROM verifier v WHERE v.disabled_at IS NULL AND EXISTS (SELECT FROM verifier_audience va
      JOIN audience a ON a.id = va.audience_id WHERE va.verifier_id = v.id AND a.name = ANY (${audiences}::text[])) ORDER BY v.name`,
  );
}

const CANCELLED = "57014";
/** Whom a plan names by the hundred thousand is grouped in memory. */
const WORK_MEM = "32MB";

/** Runs `work` in a transaction whose statements may each take so long, or answers null where one took longer: nothing is written then. */
export async function transactionWithinTime<T>(
  db: Database,
  timeoutMs: number,
  work: (tx: Sql) => Promise<T>,
): Promise<T | null> {
  const connection = await db.pool.connect();
  let failure: unknown;
  try {
    await connection.query(
      `BEGIN; SET LOCAL statement_timeout = ${Math.round(timeoutMs)}; SET LOCAL work_mem = '${WORK_MEM}'`,
    );
    const result = await work({
      query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
        (await connection.query(text, [...values])).rows as Row[],
    });
    await connection.query("COMMIT");
    return result;
  } catch (error) {
    // a connection that cannot even roll back is given up
    await connection.query("ROLLBACK").catch((cause: unknown) => {
      failure = cause;
    });
    if ((error as { code?: unknown }).code === CANCELLED) return null;
    throw error;
  } finally {
    connection.release(failure instanceof Error ? failure : undefined);
  }
}
