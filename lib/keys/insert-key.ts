import type { SqlContext } from "../context.ts";
import type { Sql, SqlValue } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import type { GeneratedKey } from "./generate-key.ts";
import { type KeyAlgorithm, type KeyPurpose, PUBLISH_SECONDS } from "./model.ts";

const READY_AT = `greatest(clock_timestamp() + make_interval(secs => o.jwks_cache_seconds + ${PUBLISH_SECONDS}), o.jwks_cached_until)`;

export type NewKey = GeneratedKey & { purpose: KeyPurpose; algorithm: KeyAlgorithm };

function valuesOf(ctx: SqlContext, key: NewKey): SqlValue[] {
  return [
    uuidv7(ctx.now),
    key.kid,
    key.purpose,
    key.algorithm,
    JSON.stringify(key.publicJwk),
    key.privateWrapped,
  ];
}

/**
 * Writes a key that is announced: it stands in the JWKS with the commit, and signs when every cache can have it, or at `activatesAt` where that is
 * later. Null where another rotation of its purpose is under way; then nothing is written.
 */
export async function insertStandby(
  tx: Sql,
  ctx: SqlContext,
  key: NewKey,
  activatesAt: Date | null,
): Promise<{ readyAt: Date; activatesAt: Date } | null> {
  const [row] = await tx.query<{ readyAt: Date; activatesAt: Date }>(
    `INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at, ready_at, activates_at)
     SELECT $1::uuid, $2::text, $3::text, $4::text, 'standby', $5::jsonb, $6::bytea, clock_timestamp(), r.at, greatest(r.at, $7::timestamptz)
     FROM organisation o CROSS JOIN LATERAL (SELECT ${READY_AT} AS at) r WHERE o.id = 1
     ON CONFLICT (purpose) WHERE state = 'standby' AND activates_at IS NOT NULL DO NOTHING
     RETURNING ready_at AS "readyAt", activates_at AS "activatesAt"`,
    [...valuesOf(ctx, key), activatesAt],
  );
  return row ?? null;
}

/** Writes a key that signs at once, in an emergency. `readyAt` tells when every cache can have it. */
export async function insertActive(tx: Sql, ctx: SqlContext, key: NewKey): Promise<Date> {
  const [row] = await tx.query<{ readyAt: Date }>(
    `INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at, activated_at, ready_at)
     SELECT $1::uuid, $2::text, $3::text, $4::text, 'active', $5::jsonb, $6::bytea, n.at, n.at, ${READY_AT}
     FROM organisation o CROSS JOIN (SELECT clock_timestamp() AS at) n WHERE o.id = 1 RETURNING ready_at AS "readyAt"`,
    valuesOf(ctx, key),
  );
  if (row === undefined) throw new Error("the organisation's settings are missing");
  return row.readyAt;
}
