import { holdsSecret } from "../audit/redact.ts";
import type { Sql } from "../db/sql.ts";
import { GROUP_NAME_MAX, GROUP_NAME_PATTERN } from "../groups/model.ts";
import { unguardCell } from "../input/formula-cell.ts";
import { line, optionalLine } from "../input/plain-text.ts";
import { type Header, namesIn, plainCell } from "./columns.ts";
import { type JudgedRow, otherwise, type ReadRow, refused } from "./judge.ts";
import type { CsvRow } from "./read-csv.ts";
import { shown, take } from "./user-rows.ts";

const MAX_PERMISSIONS = 500;
const NAME = line(GROUP_NAME_MAX).regex(
  GROUP_NAME_PATTERN,
  "must be letters, digits, spaces and . _ : / @ - between letters or digits",
);
const DESCRIPTION = optionalLine(500);

/** A row of a file of groups. What it does not speak of stays as it is. */
export function readGroupRow({ at }: Header, { line: number, cells }: CsvRow): ReadRow {
  const cellOf = (name: string) => {
    const index = at.get(name);
    return index === undefined ? undefined : (cells[index] ?? "");
  };
  const raw = cellOf("name") ?? "";
  const bad = (problem: string): ReadRow => ({
    line: number,
    key: raw.trim() === "" ? null : shown(raw.trim()),
    given: {},
    problem,
  });
  if (cells.some(holdsSecret)) return bad("A cell looks like a token or a secret, which is not kept here.");
  const plain = plainCell(raw);
  if (plain === null) return bad("The name begins like a formula.");
  const name = take(NAME, plain);
  if ("problem" in name) return bad(`The name ${name.problem}.`);
  const given: Record<string, unknown> = {};
  const description = cellOf("description");
  if (description !== undefined) {
    const text = plainCell(description);
    if (text === null) return bad("The description begins like a formula.");
    const taken = take(DESCRIPTION, text);
    if ("problem" in taken) return bad(`The description ${taken.problem}.`);
    given.description = taken.value;
  }
  const permissions = cellOf("permissions");
  if (permissions !== undefined) {
    const names = namesIn(unguardCell(permissions), false);
    if (names.length > MAX_PERMISSIONS) return bad(`It names more than ${MAX_PERMISSIONS} permissions.`);
    given.permissions = names.sort();
  }
  return { line: number, key: name.value, given, problem: null };
}

type GroupNow = { id: string; name: string; description: string; permissions: string[] };

async function groupsNow(
  tx: Sql,
  names: readonly string[],
  isLocked: boolean,
): Promise<Map<string, GroupNow>> {
  const keys = names.map((name) => name.toLowerCase());
  if (isLocked)
    await tx.query("SELECT id FROM user_group WHERE lower(name) = ANY ($1::text[]) ORDER BY id FOR UPDATE", [
      keys,
    ]);
  const rows = await tx.query<GroupNow>(
    `SELECT g.id, g.name, g.description,
       ARRAY(SELECT p.name FROM group_permission gp JOIN permission p ON p.id = gp.permission_id WHERE gp.group_id = g.id ORDER BY p.name) AS permissions
     FROM user_group g WHERE lower(g.name) = ANY ($1::text[])`,
    [keys],
  );
  return new Map(rows.map((row) => [row.name.toLowerCase(), row]));
}

export async function readPermissionNames(tx: Sql): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ name: string }>("SELECT name FROM permission");
  return new Set(rows.map(({ name }) => name));
}

/** As for users. A name in another case means the group that is there. */
export async function judgeGroupRows(
  tx: Sql,
  rows: readonly ReadRow[],
  permissionNames: ReadonlySet<string>,
  isLocked: boolean,
): Promise<JudgedRow[]> {
  const names = rows.flatMap((row) => (row.problem === null ? [row.key] : []));
  const now = await groupsNow(tx, names, isLocked);
  return rows.map((row): JudgedRow => {
    if (row.problem !== null) return refused(row, row.problem);
    const { key, given } = row;
    const unknown = ((given.permissions as string[] | undefined) ?? []).find(
      (name) => !permissionNames.has(name),
    );
    if (unknown !== undefined) return refused(row, `There is no permission “${shown(unknown)}”.`);
    const group = now.get(key.toLowerCase());
    if (group === undefined)
      return { line: row.line, outcome: "created", key, remark: null, targetId: null, given, before: null };
    const before = otherwise(given, { description: group.description, permissions: group.permissions });
    return {
      line: row.line,
      outcome: before === null ? "unchanged" : "changed",
      key: group.name,
      remark: group.name === key ? null : `It is the group “${group.name}”, whose name stays.`,
      targetId: group.id,
      given,
      before,
    };
  });
}
