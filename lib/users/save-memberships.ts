import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";

/**
 * Makes a user's groups exactly these.
 *
 * @throws {DomainError} INVALID_INPUT naming those that do not exist.
 */
export async function saveMemberships(
  tx: Sql,
  { userId, groupIds }: { userId: string; groupIds: readonly string[] },
): Promise<void> {
  const found = await tx.query<{ id: string }>("SELECT id FROM user_group WHERE id = ANY ($1::uuid[])", [
    groupIds,
  ]);
  const known = new Set(found.map((row) => row.id));
  const fields = groupIds.flatMap((id, index) =>
    known.has(id) ? [] : [{ path: `groupIds.${index}`, message: "is no group" }],
  );
  if (fields.length > 0) throw new DomainError("INVALID_INPUT", "A group does not exist.", { fields });
  await tx.query("DELETE FROM group_member WHERE user_id = $1::uuid AND group_id <> ALL ($2::uuid[])", [
    userId,
    groupIds,
  ]);
  await tx.query(
    "INSERT INTO group_member (user_id, group_id) SELECT $1::uuid, unnest($2::uuid[]) ON CONFLICT DO NOTHING",
    [userId, groupIds],
  );
}
