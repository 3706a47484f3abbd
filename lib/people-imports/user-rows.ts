import type { z } from "zod";
import { holdsSecret } from "../audit/redact.ts";
import type { Sql } from "../db/sql.ts";
import { unguardCell } from "../input/formula-cell.ts";
import { emailAddress, line } from "../input/plain-text.ts";
import { USER_NAME_MAX } from "../users/model.ts";
import { type Header, namesIn, plainCell } from "./columns.ts";
import { type JudgedRow, otherwise, type ReadRow, refused } from "./judge.ts";
import type { CsvRow } from "./read-csv.ts";

const MAX_GROUPS = 100;
const SHOWN = 80;
const NAME = line(USER_NAME_MAX);

export function shown(text: string): string {
  const clean = text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
  return holdsSecret(text)
    ? "(looks like a secret)"
    : clean.length > SHOWN
      ? `${clean.slice(0, SHOWN)}…`
      : clean;
}

/** The first thing that is wrong with a cell, or its value. */
export function take<T>(schema: z.ZodType<T>, text: string): { value: T } | { problem: string } {
  const parsed = schema.safeParse(text);
  return parsed.success
    ? { value: parsed.data }
    : { problem: parsed.error.issues[0]?.message ?? "is not right" };
}

/** A row of a file of users. What it does not speak of stays as it is. */
export function readUserRow({ at }: Header, { line: number, cells }: CsvRow): ReadRow {
  const cellOf = (name: string) => {
    const index = at.get(name);
    return index === undefined ? undefined : (cells[index] ?? "");
  };
  const raw = cellOf("email") ?? "";
  const bad = (problem: string, key: string | null = null): ReadRow => ({
    line: number,
    key: key ?? (raw.trim() === "" ? null : shown(raw.trim())),
    given: {},
    problem,
  });
  if (cells.some(holdsSecret)) return bad("A cell looks like a token or a secret, which is not kept here.");
  const address = plainCell(raw);
  if (address === null) return bad("The e-mail begins like a formula.");
  if (address === "") return bad("It has no e-mail.");
  if (/[^\p{ASCII}]/u.test(address))
    return bad("The e-mail has characters beyond a–z, which can look like others.");
  const email = take(emailAddress, address);
  if ("problem" in email) return bad(`The e-mail ${email.problem}.`);
  if (email.value.endsWith("@erased.invalid")) return bad("It is the place of a person who was erased.");
  const given: Record<string, unknown> = {};
  const name = cellOf("name");
  if (name !== undefined) {
    const plain = plainCell(name);
    if (plain === null) return bad("The name begins like a formula.", email.value);
    const taken = take(NAME, plain);
    if ("problem" in taken) return bad(`The name ${taken.problem}.`, email.value);
    given.name = taken.value;
  }
  const groups = cellOf("groups");
  if (groups !== undefined) {
    const names = namesIn(unguardCell(groups), true);
    if (names.length > MAX_GROUPS) return bad(`It names more than ${MAX_GROUPS} groups.`, email.value);
    given.groups = names;
  }
  return { line: number, key: email.value, given, problem: null };
}

type UserNow = { id: string; email: string; name: string; isDisabled: boolean; groups: string[] };

async function usersNow(
  tx: Sql,
  emails: readonly string[],
  isLocked: boolean,
): Promise<Map<string, UserNow>> {
  if (isLocked)
    await tx.query("SELECT id FROM user_account WHERE email = ANY ($1::text[]) ORDER BY id FOR UPDATE", [
      emails,
    ]);
  const rows = await tx.query<UserNow>(
    `SELECT u.id, u.email, u.name, u.disabled_at IS NOT NULL AS "isDisabled",
       ARRAY(SELECT g.name FROM group_member m JOIN user_group g ON g.id = m.group_id WHERE m.user_id = u.id ORDER BY g.name) AS groups
     FROM user_account u WHERE u.email = ANY ($1::text[])`,
    [emails],
  );
  return new Map(rows.map((row) => [row.email, row]));
}

/** Groups by their names in lower case: a name in another case means the same one. */
export async function readGroupNames(tx: Sql): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ name: string }>("SELECT name FROM user_group");
  return new Map(rows.map(({ name }) => [name.toLowerCase(), name]));
}

/** What applying some rows does, by the register as it is now; with `isLocked` it stays so until the transaction ends. */
export async function judgeUserRows(
  tx: Sql,
  rows: readonly ReadRow[],
  groupNames: ReadonlyMap<string, string>,
  isLocked: boolean,
): Promise<JudgedRow[]> {
  const emails = rows.flatMap((row) => (row.problem === null ? [row.key] : []));
  const now = await usersNow(tx, emails, isLocked);
  return rows.map((row): JudgedRow => {
    if (row.problem !== null) return refused(row, row.problem);
    const { key } = row;
    const given = { ...row.given };
    if (Array.isArray(given.groups)) {
      const names = given.groups as string[];
      const unknown = names.find((name) => !groupNames.has(name.toLowerCase()));
      if (unknown !== undefined) return refused(row, `There is no group “${shown(unknown)}”.`);
      given.groups = [...new Set(names.map((name) => groupNames.get(name.toLowerCase()) as string))].sort();
    }
    const user = now.get(key);
    if (user === undefined) {
      if (given.name === undefined) return refused(row, "The user is new, and the file has no name.");
      return { line: row.line, outcome: "created", key, remark: null, targetId: null, given, before: null };
    }
    const before = otherwise(given, { name: user.name, groups: user.groups });
    return {
      line: row.line,
      outcome: before === null ? "unchanged" : "changed",
      key,
      remark: user.isDisabled ? "The user is disabled, and stays so." : null,
      targetId: user.id,
      given,
      before,
    };
  });
}
