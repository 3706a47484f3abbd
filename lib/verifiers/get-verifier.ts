import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { SecretRef } from "../secrets/model.ts";
import { liveSecretsSql, secretRefOf } from "../secrets/owned-secrets.ts";
import type { LatencyUs, VerifierDetail, VerifierRow } from "./model.ts";

export type VerifierRecord = Pick<
  VerifierRow,
  "id" | "name" | "description" | "mode" | "maxStalenessSeconds" | "auditMode" | "checkWay" | "audiences"
> & {
  disabledAt: Date | null;
  lastSeenAt: Date | null;
  answerP50Us: number | null;
  answerP99Us: number | null;
  createdAt: Date;
};

/** The columns of a VerifierRow over `verifier v`. */
export const VERIFIER_COLUMNS = sql`v.name, v.description, v.mode, v.max_staleness_seconds AS "maxStalenessSeconds",
  v.audit_mode AS "auditMode", v.check_way AS "checkWay", v.disabled_at AS "disabledAt", v.last_seen_at AS "lastSeenAt",
  v.answer_p50_us AS "answerP50Us", v.answer_p99_us AS "answerP99Us", v.created_at AS "createdAt",
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'title', a.title) ORDER BY a.name), '[]')
    FROM verifier_audience va JOIN audience a ON a.id = va.audience_id WHERE va.verifier_id = v.id) AS audiences`;

/** One verifier with everything but its secrets' values. Needs `verifier:read`. */
export async function getVerifier(
  ctx: Context,
  { verifierId }: { verifierId: string },
): Promise<VerifierDetail> {
  requirePermission(ctx, "verifier:read");
  return readVerifier(ctx.db, { id: verifierId, now: ctx.now });
}

type DetailRecord = VerifierRecord & {
  updatedAt: Date;
  version: number;
  secrets: SecretRef[];
};

/** The same for use cases. @throws {DomainError} NOT_FOUND */
export async function readVerifier(db: Sql, { id, now }: { id: string; now: Date }): Promise<VerifierDetail> {
  const [record] = isUuid(id)
    ? await run<DetailRecord>(
        db,
        sql`SELECT v.id, v.version, v.updated_at AS "updatedAt", ${VERIFIER_COLUMNS},
            ${liveSecretsSql("verifier", "v.id", now)} AS secrets
          FROM verifier v WHERE v.id = ${id}::uuid`,
      )
    : [];
  if (record === undefined) throw notFound("The verifier");
  return {
    ...verifierRowOf(record),
    secrets: record.secrets.map(secretRefOf),
    disabledAt: record.disabledAt?.toISOString() ?? null,
    updatedAt: record.updatedAt.toISOString(),
    version: record.version,
  };
}

export function verifierRowOf(record: VerifierRecord): VerifierRow {
  return {
    id: record.id,
    name: record.name,
    description: record.description,
    state: record.disabledAt === null ? "enabled" : "disabled",
    mode: record.mode,
    maxStalenessSeconds: record.maxStalenessSeconds,
    auditMode: record.auditMode,
    checkWay: record.checkWay,
    audiences: record.audiences.map(({ id, name, title }) => ({ id, name, title })),
    lastSeenAt: record.lastSeenAt?.toISOString() ?? null,
    answeredUs: latencyOf(record.answerP50Us, record.answerP99Us),
    createdAt: record.createdAt.toISOString(),
  };
}

export function latencyOf(p50: number | null, p99: number | null): LatencyUs | null {
  return p50 === null || p99 === null ? null : { p50, p99 };
}
