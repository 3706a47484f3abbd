import { IS_CREATOR_OUT } from "../api-tokens/get-api-token.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";

/**
 * Every secret of the product's own that is on record: `id` of the secret, `owner_id` of the API token, verifier or scanner whose it is; `is_held` where it is refused for nothing but that
 * whose it is is disabled, or whoever made the API token cannot sign in: it works again with them.
 */
export const OWN_SECRETS = sql`(SELECT 'api_token' AS kind, k.token_hash AS hash, k.id, k.hint, k.created_at, k.expires_at, k.id AS owner_id, k.name AS owner_name,
    'the API token ' || k.name AS name, k.revoked_at IS NULL AS is_in_force, k.created_by_id IS NOT NULL AND (a.id IS NULL OR ${IS_CREATOR_OUT}) AS is_held
    FROM api_token k LEFT JOIN admin a ON a.id = k.created_by_id
  UNION ALL SELECT 'verifier_secret', k.secret_hash, k.id, k.hint, k.created_at, k.expires_at, o.id, o.name, 'a secret of the verifier ' || o.name, true, o.disabled_at IS NOT NULL
    FROM verifier_secret k JOIN verifier o ON o.id = k.verifier_id
  UNION ALL SELECT 'scanner_secret', k.secret_hash, k.id, k.hint, k.created_at, k.expires_at, o.id, o.name, 'a secret of the scanner ' || o.name, true, o.disabled_at IS NOT NULL
    FROM scanner_secret k JOIN scanner o ON o.id = k.scanner_id)`;

/** Whether one of them, `x`, opens anything, or will again with whose it is. */
export function ownSecretIsTaken(now: Date): Fragment {
  return sql`(x.is_in_force AND (x.expires_at IS NULL OR x.expires_at > ${now}::timestamptz))`;
}
