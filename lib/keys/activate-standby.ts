import type { Act } from "../audit/record-entry.ts";
import type { Sql } from "../db/sql.ts";
import { type KeyStanding, keyTarget } from "./key-standing.ts";
import { PUBLISH_SECONDS } from "./model.ts";

/**
 * When a key that is replaced now may leave the JWKS: after the organisation's days, or when the longest-lived token that it can have signed and
 * the caches are out, whichever is later. No access token lives longer than the organisation's bound; what other keys sign, not longer than a day.
 */
const RETIRES_AT = `clock_timestamp() + greatest(make_interval(days => o.key_keep_days),
  make_interval(secs => greatest(o.access_token_ttl_max_seconds, 86400) + o.jwks_cache_seconds + ${PUBLISH_SECONDS}))`;

/** Takes the key that signs out of signing: it still verifies. Its ring is locked. */
async function beginRetiring(tx: Sql, old: KeyStanding, successor: KeyStanding): Promise<Act> {
  const [row] = await tx.query<{ retiresAt: Date }>(
    `UPDATE signing_key k SET state = 'retiring', retiring_at = clock_timestamp(), retires_at = ${RETIRES_AT}
     FROM organisation o WHERE o.id = 1 AND k.id = $1::uuid RETURNING k.retires_at AS "retiresAt"`,
    [old.id],
  );
  return {
    act: "key.replaced",
    target: keyTarget(old),
    before: { state: old.state },
    after: {
      state: "retiring",
      replacedBy: successor.kid,
      retiresAt: row?.retiresAt.toISOString() ?? null,
    },
  };
}

/** Lets a standby key sign. Its ring is locked, and no other key of it is active; the database refuses one that a cache may not have. */
export async function beginSigning(tx: Sql, standby: KeyStanding): Promise<Act> {
  await tx.query(
    "UPDATE signing_key SET state = 'active', activated_at = clock_timestamp() WHERE id = $1::uuid",
    [standby.id],
  );
  const { purpose, algorithm } = standby;
  return {
    act: "key.activated",
    target: keyTarget(standby),
    before: { state: standby.state },
    after: { purpose, algorithm, state: "active" },
  };
}

/** A standby key signs from now on, and the key before it begins to retire, both or none. */
export async function activateStandby(
  tx: Sql,
  ring: readonly KeyStanding[],
  standby: KeyStanding,
): Promise<{ acts: Act[]; replaced: KeyStanding | null }> {
  const active = ring.find((key) => key.state === "active") ?? null;
  const retiring = active === null ? [] : [await beginRetiring(tx, active, standby)];
  return { acts: [await beginSigning(tx, standby), ...retiring], replaced: active };
}
