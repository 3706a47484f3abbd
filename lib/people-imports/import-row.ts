import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { ImportDetail, ImportKind, ImportState, ImportSummary } from "./model.ts";

export type ImportRecord = {
  id: string;
  kind: ImportKind;
  fileName: string;
  state: ImportState;
  columns: string[];
  passedOver: string[];
  summary: ImportSummary | null;
  actorId: string;
  actorName: string;
  createdAt: Date;
  expiresAt: Date;
  appliedAt: Date | null;
};

export function importDetailOf(record: ImportRecord): ImportDetail {
  return {
    id: record.id,
    kind: record.kind,
    fileName: record.fileName,
    state: record.state,
    columns: [...record.columns],
    passedOver: [...record.passedOver],
    summary: record.summary === null ? null : { ...record.summary },
    createdAt: record.createdAt.toISOString(),
    expiresAt: record.expiresAt.toISOString(),
    appliedAt: record.appliedAt?.toISOString() ?? null,
    by: record.actorName,
  };
}

/** What an actor needs to import a kind. @throws {DomainError} FORBIDDEN */
export function requireImport(ctx: Context, kind: ImportKind): void {
  requirePermission(ctx, kind === "users" ? "user:write" : "group:write");
}

/** What it takes to see what was applied. @throws {DomainError} FORBIDDEN */
function requireSight(ctx: Context, kind: ImportKind): void {
  requirePermission(ctx, kind === "users" ? "user:read" : "group:read");
}

/**
 * An import: while it is not applied, the actor's own and in time; one that was applied, whoever may see its kind. Locked for the transaction where
 * `isLocked`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN
 */
export async function readImport(
  tx: Sql,
  ctx: Context,
  id: string,
  { isLocked = false }: { isLocked?: boolean } = {},
): Promise<ImportRecord> {
  const [record] = isUuid(id)
    ? await run<ImportRecord>(
        tx,
        sql`SELECT i.id, i.kind, i.file_name AS "fileName", i.state, i.columns, i.passed_over AS "passedOver", i.summary, i.actor_id AS "actorId",
            i.actor_name AS "actorName", i.created_at AS "createdAt", i.expires_at AS "expiresAt", i.applied_at AS "appliedAt"
          FROM people_import i WHERE i.id = ${id}::uuid ${isLocked ? sql`FOR UPDATE` : sql``}`,
      )
    : [];
  if (record === undefined) throw notFound("The import");
  if (record.state === "applied") requireSight(ctx, record.kind);
  else requireImport(ctx, record.kind);
  const isTheirs = record.actorId === ctx.actor.id && record.expiresAt > ctx.now;
  if (record.state !== "applied" && !isTheirs) throw notFound("The import");
  return record;
}
