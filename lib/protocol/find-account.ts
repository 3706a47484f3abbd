import { prepared, type Sql } from "../db/sql.ts";
import { isUuid } from "../ids.ts";

/** A person as tokens speak of them: groups and permissions as they are now. */
export type TokenAccount = {
  id: string;
  email: string;
  name: string;
  /** Names, in order. */
  groups: string[];
  permissions: ReadonlySet<string>;
};

const FIND = prepared(`
  SELECT u.id, u.email, u.name,
    ARRAY(SELECT g.name FROM group_member m JOIN user_group g ON g.id = m.group_id WHERE m.user_id = u.id ORDER BY g.name) AS groups,
    ARRAY(SELECT DISTINCT p.name FROM group_member m JOIN group_permission gp ON gp.group_id = m.group_id
      JOIN permission p ON p.id = gp.permission_id WHERE m.user_id = u.id) AS permissions
  FROM user_account u WHERE u.id = $1::uuid AND u.disabled_at IS NULL`);

/** The person behind a subject, or null where there is none or they are disabled. */
export async function findAccount(sql: Sql, userId: string): Promise<TokenAccount | null> {
  if (!isUuid(userId)) return null;
  const [record] = await sql.query<Omit<TokenAccount, "permissions"> & { permissions: string[] }>(FIND, [
    userId,
  ]);
  return record === undefined ? null : { ...record, permissions: new Set(record.permissions) };
}
