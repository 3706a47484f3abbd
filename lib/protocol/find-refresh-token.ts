import { prepared, type Sql } from "../db/sql.ts";
import type { OrderSubject } from "../revocations/model.ts";

export type RegisteredRefreshToken = OrderSubject & { id: string; subject: string };

type Row = Omit<RegisteredRefreshToken, "rootedAtMs"> & { rootedAt: Date };

const FIND =
  prepared(`SELECT id, family_id AS "familyId", session_uid AS "sessionUid", user_id AS "userId", subject, client_id AS "clientId", scopes, groups, audiences,
     signing_kid AS "signingKid", rooted_at AS "rootedAt"
   FROM token WHERE issued_at = uuid_extract_timestamp($1::uuid) AND id = $1::uuid AND kind = 'refresh' AND value_hash = $2::bytea`);

/** A registered refresh token by its id and the SHA-256 of its value; null where there is none, whatever else is called so. */
export async function findRefreshToken(
  sql: Sql,
  id: string,
  valueHash: Uint8Array,
): Promise<RegisteredRefreshToken | null> {
  const [row] = await sql.query<Row>(FIND, [id, valueHash]);
  if (row === undefined) return null;
  const { rootedAt, ...token } = row;
  return { ...token, rootedAtMs: rootedAt.getTime() };
}
