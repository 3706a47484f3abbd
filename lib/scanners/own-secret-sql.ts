import { IS_CREATOR_OUT } from "../api-tokens/get-api-token.ts";
import { type Fragment, sql, trusted } from "../list-query/sql-fragment.ts";
import type { OwnSecretKind } from "./model.ts";

/** What a condition may ask of a secret of one kind, as columns that are indexed. */
export type OwnSecretColumns = { kind: OwnSecretKind; hash: Fragment; id: Fragment };

const API_TOKEN = { kind: "api_token", hash: sql`k.token_hash`, id: sql`k.id` } as const;
const [OF_VERIFIER, OF_SCANNER] = (["verifier_secret", "scanner_secret"] as const).map((kind) => ({
  kind,
  hash: sql`k.secret_hash`,
  id: sql`k.id`,
})) as [OwnSecretColumns, OwnSecretColumns];

/**
 * Secrets of the product's own that are on record, of which a condition is true: `id` of the secret, `owner_id` of the API token, verifier or scanner whose it is; `is_held` where it is
 * refused for nothing but that whose it is is disabled, or whoever made the API token cannot sign in: it works again with them. The condition stands in each arm, since PostgreSQL takes none
 * from outside into a union of joins: so it is answered by an index, however many API tokens there are. For a LATERAL join.
 */
export function ownSecretsBy(condition: (columns: OwnSecretColumns) => Fragment): Fragment {
  return sql`(SELECT 'api_token' AS kind, k.token_hash AS hash, k.id, k.hint, k.created_at, k.expires_at, k.id AS owner_id, k.name AS owner_name,
    'the API token ' || k.name AS name, k.revoked_at IS NULL AS is_in_force, k.created_by_id IS NOT NULL AND (a.id IS NULL OR ${IS_CREATOR_OUT}) AS is_held
    FROM api_token k LEFT JOIN admin a ON a.id = k.created_by_id WHERE ${condition(API_TOKEN)}
  UNION ALL SELECT 'verifier_secret', k.secret_hash, k.id, k.hint, k.created_at, k.expires_at, o.id, o.name, 'a secret of the verifier ' || o.name, true, o.disabled_at IS NOT NULL
    FROM verifier_secret k JOIN verifier o ON o.id = k.verifier_id WHERE ${condition(OF_VERIFIER)}
  UNION ALL SELECT 'scanner_secret', k.secret_hash, k.id, k.hint, k.created_at, k.expires_at, o.id, o.name, 'a secret of the scanner ' || o.name, true, o.disabled_at IS NOT NULL
    FROM scanner_secret k JOIN scanner o ON o.id = k.scanner_id WHERE ${condition(OF_SCANNER)})`;
}

/** Those that have the hash `h.hash`. */
export const OWN_SECRETS_BY_HASH = ownSecretsBy(({ hash }) => sql`${hash} = h.hash`);

/** Which of its owner's secrets a finding `f` is, as far as that is known: an API token is its own, whatever its report kept. */
export const FOUND_SECRET_ID = sql`(CASE f.kind WHEN 'api_token' THEN f.owner_id ELSE f.secret_id END)`;

/** The one that a finding `f` says that it is. */
export const OWN_SECRETS_BY_FINDING = ownSecretsBy(
  ({ kind, id }) =>
    sql`f.kind = '${trusted(kind)}' AND ${id} = ${kind === "api_token" ? sql`f.owner_id` : sql`f.secret_id`}`,
);

/**
 * Whether a finding `f` of a report `g` is of `x`, one of the product's own. Where a report from before does not say which of its owner's it was, each counts that there was by then; of what was
 * ended at once only the API token is on record still.
 */
export const IS_FOUND_AS = sql`(f.owner_id = x.owner_id AND (${FOUND_SECRET_ID} = x.id
  OR f.secret_id IS NULL AND f.outcome <> 'revoked' AND x.created_at <= g.received_at))`;

/** Whether one of them, `x`, opens anything, or will again with whose it is. */
export function ownSecretIsTaken(now: Date): Fragment {
  return sql`(x.is_in_force AND (x.expires_at IS NULL OR x.expires_at > ${now}::timestamptz))`;
}
