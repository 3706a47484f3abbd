import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { CHECKPOINT_SECONDS } from "./make-checkpoint.ts";

/** Minutes without a checkpoint after which somebody should look at the worker. */
const OVERDUE_SECONDS = 3 * CHECKPOINT_SECONDS;

/** How far the evidence is sealed and signed. Times are ISO 8601 in UTC. */
export type SealCoverage = {
  /** When the newest seal over uses was made; null before the first. */
  sealedUntil: string | null;
  /** The newest checkpoint, as whoever keeps it elsewhere takes it; null before the first. */
  checkpoint: { number: number; at: string; kid: string; jws: string } | null;
  /** No checkpoint was signed for minutes: no worker runs, or the evidence is not what it was. */
  isOverdue: boolean;
};

type Row = {
  sealedUntil: Date | null;
  number: bigint | null;
  at: Date | null;
  kid: string | null;
  jws: string | null;
};

/** Needs `audit:read`. @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN */
export async function getSealCoverage(ctx: Context): Promise<SealCoverage> {
  requirePermission(ctx, "audit:read");
  const [row] = await ctx.db.query<Row>(
    `SELECT (SELECT max(sealed_at) FROM seal) AS "sealedUntil", c.number, c.at, c.kid, c.jws
     FROM (SELECT) one LEFT JOIN (SELECT number, at, kid, jws FROM checkpoint ORDER BY number DESC LIMIT 1) c ON true`,
  );
  const isSigned = row?.number != null && row.at !== null && row.kid !== null && row.jws !== null;
  return {
    sealedUntil: row?.sealedUntil?.toISOString() ?? null,
    checkpoint: isSigned
      ? {
          number: Number(row.number),
          at: (row.at as Date).toISOString(),
          kid: row.kid as string,
          jws: row.jws as string,
        }
      : null,
    isOverdue: !isSigned || ctx.now.getTime() - (row.at as Date).getTime() > OVERDUE_SECONDS * 1_000,
  };
}
