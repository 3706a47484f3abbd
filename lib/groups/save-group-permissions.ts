import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";

/**
 * Makes a group's permissions exactly these.
 *
 * @throws {DomainError} INVALID_INPUT naming those that do not exist.
 */
export async function saveGroupPermissions(
  tx: Sql,
  { groupId, permissionIds }: { groupId: string; permissionIds: readonly string[] },
): Promise<void> {
  const found = await tx.query<{ id: string }>("SELECT id FROM permission WHERE id = ANY ($1::uuid[])", [
    permissionIds,
  ]);
  const known = new Set(found.map((row) => row.id));
  const unknown = permissionIds
    .map((id, index) => ({ path: `permissionIds.${index}`, message: "is no permission", id }))
    .filter(({ id }) => !known.has(id))
    .map(({ path, message }) => ({ path, message }));
  if (unknown.length > 0)
    throw new DomainError("INVALID_INPUT", "A permission does not exist.", { fields: unknown });
  await tx.query(
    "DELETE FROM group_permission WHERE group_id = $1::uuid AND permission_id <> ALL ($2::uuid[])",
    [groupId, permissionIds],
  );
  await tx.query(
    "INSERT INTO group_permission (group_id, permission_id) SELECT $1::uuid, unnest($2::uuid[]) ON CONFLICT DO NOTHING",
    [groupId, permissionIds],
  );
}

/** Lets nobody else give a group a name until the transaction ends. Taken before any group's row, by all who take both. */
export async function lockGroupNames(tx: Sql): Promise<void> {
  await tx.query("SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(hashtext('tokenwarden.groups'))) l");
}

/** @throws {DomainError} CONFLICT */
export async function requireFreeGroupName(
  tx: Sql,
  { id, name }: { id: string; name: string },
): Promise<void> {
  await lockGroupNames(tx);
  const rows = await tx.query(
    "SELECT id FROM user_group WHERE lower(name) = lower($1::text) AND id <> $2::uuid",
    [name, id],
  );
  if (rows.length > 0)
    throw new DomainError("CONFLICT", "A group with this name exists.", {
      fields: [{ path: "name", message: "is in use" }],
    });
}
