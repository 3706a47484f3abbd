import type { Database } from "#lib/db/database.ts";
import { uuidv7 } from "#lib/ids.ts";

/** Adds people who cannot sign in, in the groups of another. */
export async function addUsers(db: Database, likeUserId: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuidv7(new Date()));
  await db.query(
    `INSERT INTO user_account (id, email, name, created_at, updated_at)
     SELECT id, id || '@example.com', 'Somebody', now(), now() FROM unnest($1::uuid[]) AS u(id)`,
    [ids],
  );
  await db.query(
    `INSERT INTO group_member (group_id, user_id)
     SELECT m.group_id, u.id FROM group_member m, unnest($1::uuid[]) AS u(id) WHERE m.user_id = $2::uuid`,
    [ids, likeUserId],
  );
  return ids;
}
