import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { type Fragment, sql, trusted } from "../list-query/sql-fragment.ts";
import { generateSecret, type SecretPrefix } from "../passwords/generated-secret.ts";
import { MAX_LIVE_SECRETS, type SecretRef } from "./model.ts";

export type SecretOwner = "client" | "verifier" | "scanner";

const OWNERS: Record<SecretOwner, { table: string; column: string; prefix: SecretPrefix }> = {
  client: { table: "client_secret", column: "client_id", prefix: "twc_" },
  verifier: { table: "verifier_secret", column: "verifier_id", prefix: "twv_" },
  scanner: { table: "scanner_secret", column: "scanner_id", prefix: "twl_" },
};

/** The secrets of the row that `ownerId` names which work at `now`, as a JSON array of SecretRef, newest first. */
export function liveSecretsSql(owner: SecretOwner, ownerId: string, now: Date): Fragment {
  const { table, column } = OWNERS[owner];
  return sql`(SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'hint', s.hint, 'createdAt', s.created_at, 'expiresAt', s.expires_at,
      'lastUsedAt', s.last_used_at) ORDER BY s.created_at DESC, s.id DESC), '[]') FROM ${trusted(table)} s
    WHERE s.${trusted(column)} = ${trusted(ownerId)} AND (s.expires_at IS NULL OR s.expires_at > ${now}::timestamptz))`;
}

/** JSON from the database writes instants with an offset. */
export function secretRefOf(secret: SecretRef): SecretRef {
  const instantOf = (at: string | null) => (at === null ? null : new Date(at).toISOString());
  return {
    id: secret.id,
    hint: secret.hint,
    createdAt: new Date(secret.createdAt).toISOString(),
    expiresAt: instantOf(secret.expiresAt),
    lastUsedAt: instantOf(secret.lastUsedAt),
  };
}

/** Gives an owner a new secret and answers its value, which is kept nowhere. `expiresAt` null: until it is replaced. */
export async function storeSecret(
  tx: Sql,
  ctx: Context,
  { owner, ownerId, expiresAt = null }: { owner: SecretOwner; ownerId: string; expiresAt?: Date | null },
): Promise<{ value: string; hint: string }> {
  const { table, column, prefix } = OWNERS[owner];
  const secret = generateSecret(prefix);
  await tx.query(
    `INSERT INTO ${table} (id, ${column}, secret_hash, hint, created_at, expires_at)
     VALUES ($1::uuid, $2::uuid, $3::bytea, $4::text, $5::timestamptz, $6::timestamptz)`,
    [uuidv7(ctx.now), ownerId, secret.hash, secret.hint, ctx.now, expiresAt],
  );
  return { value: secret.value, hint: secret.hint };
}

export type SecretReplacement = {
  owner: SecretOwner;
  ownerId: string;
  /** Secrets that work now. */
  live: readonly SecretRef[];
  /** How long they go on at most; 0 ends them now. None gets longer by it. */
  overlapSeconds: number;
  /** When the new one ends by itself; null: when it is replaced. */
  expiresAt?: Date | null;
};

/**
 * Gives an owner a new secret beside those that it has. The caller holds the owner's row.
 *
 * @throws {DomainError} CONFLICT where so many secrets work already.
 */
export async function replaceSecrets(
  tx: Sql,
  ctx: Context,
  { owner, ownerId, live, overlapSeconds, expiresAt = null }: SecretReplacement,
): Promise<{ value: string; hint: string }> {
  if (overlapSeconds > 0 && live.length >= MAX_LIVE_SECRETS)
    throw new DomainError(
      "CONFLICT",
      `${MAX_LIVE_SECRETS} secrets of this ${owner} work already. End one of them first.`,
    );
  const { table, column } = OWNERS[owner];
  await endSecrets(tx, ctx, { owner, ownerId, which: "$3::int = 0", value: overlapSeconds });
  await tx.query(
    `UPDATE ${table} SET expires_at = least(expires_at, $2::timestamptz) WHERE ${column} = $1::uuid`,
    [ownerId, new Date(ctx.now.getTime() + overlapSeconds * 1000)],
  );
  return storeSecret(tx, ctx, { owner, ownerId, expiresAt });
}

/** Ends one secret of an owner, or all of them. */
export async function dropSecrets(
  tx: Sql,
  ctx: Context,
  { owner, ownerId, secretId = null }: { owner: SecretOwner; ownerId: string; secretId?: string | null },
): Promise<void> {
  await endSecrets(tx, ctx, { owner, ownerId, which: "$3::uuid IS NULL OR id = $3::uuid", value: secretId });
}

type Ending = { owner: SecretOwner; ownerId: string; which: string; value: string | number | null };

/** Takes secrets of an owner, and those that ended before, from where authorities read them: whatever their clocks say. A client's are remembered by their hash. */
async function endSecrets(tx: Sql, ctx: Context, { owner, ownerId, which, value }: Ending): Promise<void> {
  const { table, column } = OWNERS[owner];
  const ended = `DELETE FROM ${table} WHERE ${column} = $1::uuid AND (expires_at <= $2::timestamptz OR ${which})`;
  await tx.query(owner === "client" ? remembered(ended) : ended, [ownerId, ctx.now, value]);
}

/** An authority hears of an end within this. */
const HEARD_WITHIN = "1 second";

/** Of a client (`$1`) whose secrets end at `$2`: what was got with one that ends by itself was issued before, by the same clock; else an authority whose clock is ahead may have issued it. */
const remembered = (ended: string) => `WITH ended AS (${ended} RETURNING *),
    last AS MATERIALIZED (SELECT max(t.rooted_at) + interval '1 millisecond' AS at FROM token t WHERE t.client_id = $1::uuid AND t.user_id IS NULL
      AND t.issued_at > $2::timestamptz AND t.issued_at <= $2::timestamptz + make_interval(secs => (SELECT max(clock_skew_seconds) FROM organisation)))
  INSERT INTO ended_client_secret (id, client_id, secret_hash, hint, created_at, ended_at, opened_until)
  SELECT e.id, e.client_id, e.secret_hash, e.hint, e.created_at, least(e.expires_at, $2::timestamptz),
    CASE WHEN e.expires_at <= $2::timestamptz THEN e.expires_at ELSE greatest($2::timestamptz + interval '${HEARD_WITHIN}', last.at) END FROM ended e CROSS JOIN last`;

/** Every secret that a client has or had, as `client_secret` has them; of one that has ended `expires_at` says when. Tokens that were got with it say an instant before `opened_until`; so may some that were got with the next one within the second, or from an authority whose clock is behind. */
export const KNOWN_CLIENT_SECRETS = sql`(SELECT id, client_id, secret_hash, hint, created_at, expires_at, expires_at AS opened_until FROM client_secret
  UNION ALL SELECT id, client_id, secret_hash, hint, created_at, ended_at, opened_until FROM ended_client_secret)`;
