import type { Sql } from "../db/sql.ts";
import type { FetchedKeySet } from "./fetch-key-set.ts";
import { keyLineOf } from "./model.ts";

/** Keeps how a fetch went, for people to read. Of several authorities the newest counts; what was had stays beside an error. */
export async function recordKeyFetch(
  db: Sql,
  { clientId, uri, at, fetched }: { clientId: string; uri: string; at: Date; fetched: FetchedKeySet },
): Promise<void> {
  const keys = "keys" in fetched ? fetched.keys.map(keyLineOf) : null;
  await db.query(
    `INSERT INTO client_key_fetch AS f (client_id, uri, tried_at, fetched_at, error, keys)
     SELECT c.id, $2::text, $3::timestamptz, CASE WHEN $5::jsonb IS NULL THEN NULL ELSE $3::timestamptz END, $4::text, coalesce($5::jsonb, '[]')
       FROM client c WHERE c.id = $1::uuid AND c.jwks_uri = $2::text
     ON CONFLICT (client_id) DO UPDATE SET uri = excluded.uri, tried_at = excluded.tried_at, error = excluded.error,
       fetched_at = CASE WHEN $5::jsonb IS NOT NULL THEN excluded.fetched_at WHEN f.uri = excluded.uri THEN f.fetched_at END,
       keys = CASE WHEN $5::jsonb IS NOT NULL THEN excluded.keys WHEN f.uri = excluded.uri THEN f.keys ELSE '[]' END
     WHERE f.tried_at <= excluded.tried_at OR f.uri <> excluded.uri`,
    [
      clientId,
      uri,
      at,
      "error" in fetched ? fetched.error : null,
      keys === null ? null : JSON.stringify(keys),
    ],
  );
}
