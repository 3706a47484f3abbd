import type { Sql } from "../db/sql.ts";

const LINKS = {
  audienceIds: { table: "client_audience", column: "audience_id" },
  permissionIds: { table: "client_permission", column: "permission_id" },
  groupIds: { table: "group_client", column: "group_id" },
} as const;

/** Makes a client's audiences, permissions and groups exactly these; lists left out stay. */
export async function saveClientLinks(
  tx: Sql,
  clientId: string,
  links: { [Key in keyof typeof LINKS]?: readonly string[] | undefined },
): Promise<void> {
  for (const [key, { table, column }] of Object.entries(LINKS)) {
    const ids = links[key as keyof typeof LINKS];
    if (ids === undefined) continue;
    await tx.query(`DELETE FROM ${table} WHERE client_id = $1::uuid AND ${column} <> ALL ($2::uuid[])`, [
      clientId,
      ids,
    ]);
    await tx.query(
      `INSERT INTO ${table} (client_id, ${column}) SELECT $1::uuid, unnest($2::uuid[]) ON CONFLICT DO NOTHING`,
      [clientId, ids],
    );
  }
}
