import type { Sql } from "../db/sql.ts";
import { DomainError, type FieldProblem } from "../errors.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { oldestWeekExpiringAfter } from "../tokens/oldest-week.ts";
import { readPendingOrders, STATE_JOINS, stateSql } from "../tokens/state-sql.ts";
import { NAMES_SHOWN } from "./model.ts";
import { type PlanTarget, readMembers } from "./plan-target.ts";
import { plural } from "./plan-words.ts";

/** A transaction lives half a minute at most, and clocks differ a little: what was issued before this may have come since. */
const SLACK_MS = 60_000;

export type PlannedNames = { planId: string; audiences: readonly string[]; lookedFrom: Date };

type Newcomers = Record<"user" | "client" | "verifier", string[]>;

/** When a plan looked, and the week that the oldest token which lived then was issued in. */
type Look = { at: Date; oldest: Date };

/**
 * Of some users or clients those that held no live token of a target when its plan looked: of a plan that could not name everybody in time they are told by
 * the register. Newest first, and each by its own index: who holds a token of before is found at once, and for who holds none no week is read that had ended by then.
 */
function heldNothing(
  candidates: Fragment,
  column: Fragment,
  target: PlanTarget,
  { at, oldest }: Look,
): Fragment {
  const then = sql`${at}::timestamptz`;
  return sql`SELECT x.id FROM (${candidates}) AS x(id) WHERE (SELECT true FROM token t ${STATE_JOINS} WHERE ${column} = x.id AND ${target.tokens}
    AND t.issued_at >= ${oldest}::timestamptz AND t.issued_at < ${then} AND t.expires_at > ${then} AND (s.revoked_at IS NULL OR s.revoked_at > ${then})
    AND (c.consumed_at IS NULL OR c.consumed_at > ${then}) ORDER BY t.issued_at DESC LIMIT 1) IS NULL`;
}

/** Asked for a plan that could not name everybody alone: one that did is never held against the register. */
async function oldestLookedAt(tx: Sql, { planId, lookedFrom }: PlannedNames): Promise<Date> {
  const [row] = await run<{ named: number }>(
    tx,
    sql`SELECT count(*)::int AS named FROM order_plan_name n WHERE n.plan_id = ${planId}::uuid AND n.kind IN ('user', 'client')`,
  );
  return row?.named === 2 ? lookedFrom : oldestWeekExpiringAfter(tx, lookedFrom);
}

/**
 * Users, clients and verifiers that an order would reach now and that its plan did not name. Only what was issued since `since` can bring one, or
 * a verifier's audiences, or a group's members: what had ended or expired counts for nothing.
 */
export async function findNewcomers(
  tx: Sql,
  plan: PlannedNames,
  target: PlanTarget,
  { since, now }: { since: Date; now: Date },
): Promise<Newcomers> {
  const state = stateSql(await readPendingOrders(tx, now), now, 0);
  const from = new Date(since.getTime() - SLACK_MS);
  const named = (kind: string) =>
    sql`SELECT unnest(n.ids) FROM order_plan_name n WHERE n.plan_id = ${plan.planId}::uuid AND n.kind = ${kind}`;
  const isBound = (kind: string) =>
    sql`EXISTS (SELECT FROM order_plan_name n WHERE n.plan_id = ${plan.planId}::uuid AND n.kind = ${kind})`;
  const members =
    target.memberIds === null ? sql`'{}'::uuid[]` : sql`${await readMembers(tx, target.id)}::uuid[]`;
  const look = { at: plan.lookedFrom, oldest: await oldestLookedAt(tx, plan) };
  const rows = await run<{ kind: keyof Newcomers; id: string }>(
    tx,
    sql`WITH recent AS MATERIALIZED (SELECT DISTINCT t.user_id, t.client_id, t.audiences FROM token t ${STATE_JOINS}
          WHERE ${target.tokens} AND t.issued_at >= ${from}::timestamptz AND t.expires_at > ${now}::timestamptz AND NOT ${state.isRevoked}
            AND NOT (${state.isConsumed})),
        all_users AS MATERIALIZED (SELECT user_id AS id FROM recent WHERE user_id IS NOT NULL UNION SELECT unnest(${members}) EXCEPT ${named("user")}),
        all_clients AS MATERIALIZED (SELECT client_id AS id FROM recent EXCEPT ${named("client")}),
        users AS (SELECT id FROM all_users WHERE ${isBound("user")} UNION ALL ${heldNothing(sql`SELECT id FROM all_users WHERE NOT ${isBound("user")}`, sql`t.user_id`, target, look)}),
        clients AS (SELECT id FROM all_clients WHERE ${isBound("client")} UNION ALL ${heldNothing(sql`SELECT id FROM all_clients WHERE NOT ${isBound("client")}`, sql`t.client_id`, target, look)}),
        audiences AS (SELECT unnest(${plan.audiences}::text[]) AS name UNION SELECT unnest(audiences) FROM recent),
        verifiers AS (SELECT va.verifier_id AS id FROM audiences n JOIN audience a ON a.name = n.name JOIN verifier_audience va ON va.audience_id = a.id
          JOIN verifier v ON v.id = va.verifier_id AND v.disabled_at IS NULL EXCEPT ${named("verifier")})
      SELECT 'user' AS kind, id FROM users UNION ALL SELECT 'client', id FROM clients UNION ALL SELECT 'verifier', id FROM verifiers`,
  );
  const of = (kind: keyof Newcomers) => rows.filter((row) => row.kind === kind).map((row) => row.id);
  return { user: of("user"), client: of("client"), verifier: of("verifier") };
}

const NAMES = {
  user: "SELECT email AS name FROM user_account WHERE id = ANY ($1::uuid[]) ORDER BY 1 LIMIT $2::int",
  client: "SELECT client_id AS name FROM client WHERE id = ANY ($1::uuid[]) ORDER BY 1 LIMIT $2::int",
  verifier: "SELECT name FROM verifier WHERE id = ANY ($1::uuid[]) ORDER BY 1 LIMIT $2::int",
} as const;

const WORDS = {
  user: ["user", "users"],
  client: ["client", "clients"],
  verifier: ["verifier", "verifiers"],
} as const;

/** @throws {DomainError} PLAN_CHANGED with who came, where anybody did. */
export async function requireUnchanged(db: Sql, newcomers: Newcomers): Promise<void> {
  const fields: FieldProblem[] = [];
  const counts: string[] = [];
  for (const kind of ["user", "client", "verifier"] as const) {
    const ids = newcomers[kind];
    if (ids.length === 0) continue;
    const [one, more] = WORDS[kind];
    counts.push(plural(ids.length, one, more));
    const rows = await db.query<{ name: string }>(NAMES[kind], [ids, NAMES_SHOWN]);
    for (const { name } of rows) fields.push({ path: more, message: name });
  }
  if (counts.length === 0) return;
  throw new DomainError(
    "PLAN_CHANGED",
    `The order would now reach ${counts.join(", ")} that the plan did not name. Nothing was changed: make a new plan.`,
    { fields },
  );
}
