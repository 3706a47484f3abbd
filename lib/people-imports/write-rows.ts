import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import type { JudgedRow } from "./judge.ts";

type Written = { id: string; isNew: boolean; key: string; given: Record<string, unknown> };

function writtenOf(ctx: Context, rows: readonly JudgedRow[]): Written[] {
  return rows.map((row) => ({
    id: row.targetId ?? uuidv7(ctx.now),
    isNew: row.targetId === null,
    key: row.key as string,
    given: row.given,
  }));
}

function requireAll(made: readonly unknown[], wanted: readonly Written[]): void {
  if (made.length !== wanted.filter((row) => row.isNew).length)
    throw new DomainError(
      "PLAN_CHANGED",
      "Somebody of the file has come to be meanwhile. Nothing was applied: bring it again.",
    );
}

/** Users as some rows say, in a few statements. */
export async function writeUsers(tx: Sql, ctx: Context, rows: readonly JudgedRow[]): Promise<void> {
  const written = writtenOf(ctx, rows);
  const text = JSON.stringify(written);
  const made = await tx.query(
    `INSERT INTO user_account (id, email, name, attributes, created_at, updated_at)
     SELECT r.id, r.key, r.given->>'name', '{}', $2::timestamptz, $2::timestamptz
     FROM json_to_recordset($1::json) AS r(id uuid, "isNew" bool, key text, given jsonb) WHERE r."isNew"
     ON CONFLICT (email) DO NOTHING RETURNING id`,
    [text, ctx.now],
  );
  requireAll(made, written);
  await tx.query(
    `UPDATE user_account u SET name = coalesce(r.given->>'name', u.name), updated_at = $2::timestamptz, version = u.version + 1
     FROM json_to_recordset($1::json) AS r(id uuid, "isNew" bool, given jsonb) WHERE NOT r."isNew" AND u.id = r.id`,
    [text, ctx.now],
  );
  await saveLists(tx, text, {
    list: "groups",
    remove: `DELETE FROM group_member m USING listed l WHERE m.user_id = l.id
      AND m.group_id NOT IN (SELECT g.id FROM user_group g JOIN jsonb_array_elements_text(l.names) n ON n = g.name)`,
    add: `INSERT INTO group_member (user_id, group_id) SELECT l.id, g.id FROM listed l, jsonb_array_elements_text(l.names) n
      JOIN user_group g ON g.name = n ON CONFLICT DO NOTHING`,
  });
}

/** Groups as some rows say, in a few statements. */
export async function writeGroups(tx: Sql, ctx: Context, rows: readonly JudgedRow[]): Promise<void> {
  const written = writtenOf(ctx, rows);
  const text = JSON.stringify(written);
  const made = await tx.query(
    `INSERT INTO user_group (id, name, description, created_at)
     SELECT r.id, r.key, coalesce(r.given->>'description', ''), $2::timestamptz
     FROM json_to_recordset($1::json) AS r(id uuid, "isNew" bool, key text, given jsonb) WHERE r."isNew"
     ON CONFLICT (name) DO NOTHING RETURNING id`,
    [text, ctx.now],
  );
  requireAll(made, written);
  await tx.query(
    `UPDATE user_group g SET description = coalesce(r.given->>'description', g.description), version = g.version + 1
     FROM json_to_recordset($1::json) AS r(id uuid, "isNew" bool, given jsonb) WHERE NOT r."isNew" AND g.id = r.id`,
    [text],
  );
  await saveLists(tx, text, {
    list: "permissions",
    remove: `DELETE FROM group_permission m USING listed l WHERE m.group_id = l.id
      AND m.permission_id NOT IN (SELECT p.id FROM permission p JOIN jsonb_array_elements_text(l.names) n ON n = p.name)`,
    add: `INSERT INTO group_permission (group_id, permission_id) SELECT l.id, p.id FROM listed l, jsonb_array_elements_text(l.names) n
      JOIN permission p ON p.name = n ON CONFLICT DO NOTHING`,
  });
}

/** Makes memberships or permissions exactly those of the rows that speak of them. */
async function saveLists(
  tx: Sql,
  text: string,
  { list, remove, add }: { list: "groups" | "permissions"; remove: string; add: string },
): Promise<void> {
  const listed = `WITH listed AS (SELECT r.id, r.given->'${list}' AS names
    FROM json_to_recordset($1::json) AS r(id uuid, given jsonb) WHERE r.given ? '${list}')`;
  await tx.query(`${listed} ${remove}`, [text]);
  await tx.query(`${listed} ${add}`, [text]);
}
