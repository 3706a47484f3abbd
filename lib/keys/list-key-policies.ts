import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { KEY_ALGORITHMS, KEY_PURPOSES, type KeyPolicy } from "./model.ts";

type PolicyRecord = Omit<KeyPolicy, "next"> & { announcesAt: Date | null; activatesAt: Date | null };

const POLICIES = `
  SELECT p.purpose, p.algorithm, k.kid IS NOT NULL AS "isSigning", p.is_on AS "isOn", p.every_days AS "everyDays", p.ahead_days AS "aheadDays",
    p.version, n.at - make_interval(days => p.ahead_days) AS "announcesAt", n.at AS "activatesAt"
  FROM key_policy p
  LEFT JOIN signing_key k ON k.purpose = p.purpose AND k.algorithm = p.algorithm AND k.state = 'active'
  LEFT JOIN LATERAL (SELECT k.activated_at + make_interval(days => p.every_days) AS at
    WHERE p.is_on AND NOT EXISTS (SELECT FROM signing_key s
      WHERE s.purpose = k.purpose AND s.state = 'standby' AND s.activates_at IS NOT NULL)) n ON true`;

export async function readKeyPolicies(db: Sql): Promise<KeyPolicy[]> {
  const records = await db.query<PolicyRecord>(POLICIES);
  const order = ({ purpose, algorithm }: KeyPolicy) =>
    KEY_PURPOSES.indexOf(purpose) * KEY_ALGORITHMS.length + KEY_ALGORITHMS.indexOf(algorithm);
  return records
    .map(({ announcesAt, activatesAt, ...policy }) => ({
      ...policy,
      next:
        announcesAt === null || activatesAt === null
          ? null
          : { announcesAt: announcesAt.toISOString(), activatesAt: activatesAt.toISOString() },
    }))
    .sort((a, b) => order(a) - order(b));
}

/**
 * How often the key of each purpose is replaced by itself, for each algorithm that it may have, and when next. Needs `key:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN.
 */
export async function listKeyPolicies(ctx: Context): Promise<KeyPolicy[]> {
  requirePermission(ctx, "key:read");
  return readKeyPolicies(ctx.db);
}
