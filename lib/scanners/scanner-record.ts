import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { SecretRef } from "../secrets/model.ts";
import { liveSecretsSql, secretRefOf } from "../secrets/owned-secrets.ts";
import type { ScannerDetail, ScannerRow } from "./model.ts";

type ScannerRecord = Pick<ScannerDetail, "id" | "name" | "action" | "hours" | "version" | "secrets"> & {
  disabledAt: Date | null;
  reports: bigint;
  values: bigint;
  unknown: bigint;
  lastReportedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

/** The scanners that a condition on `scanner n` names, by name. */
export async function readScanners(
  db: Sql,
  { where, now }: { where: Fragment; now: Date },
): Promise<ScannerDetail[]> {
  const records = await run<ScannerRecord>(
    db,
    sql`SELECT n.id, n.name, n.action, n.hours, n.disabled_at AS "disabledAt", n.last_reported_at AS "lastReportedAt", n.created_at AS "createdAt",
        n.updated_at AS "updatedAt", n.version, ${liveSecretsSql("scanner", "n.id", now)} AS secrets, r.reports, r.values, r.unknown
      FROM scanner n, LATERAL (SELECT coalesce(sum(r.times), 0)::bigint AS reports, coalesce(sum(r.value_count), 0)::bigint AS values,
        coalesce(sum(r.unknown_count), 0)::bigint AS unknown FROM leak_report r WHERE r.scanner_id = n.id) r
      WHERE ${where} ORDER BY n.name, n.id`,
  );
  return records.map(({ disabledAt, ...record }) => ({
    ...record,
    state: disabledAt === null ? "enabled" : "disabled",
    reports: Number(record.reports),
    values: Number(record.values),
    unknown: Number(record.unknown),
    secrets: record.secrets.map((secret: SecretRef) => secretRefOf(secret)),
    lastReportedAt: record.lastReportedAt?.toISOString() ?? null,
    createdAt: record.createdAt.toISOString(),
    updatedAt: record.updatedAt.toISOString(),
  }));
}

/** @throws {DomainError} NOT_FOUND */
export async function readScanner(db: Sql, { id, now }: { id: string; now: Date }): Promise<ScannerDetail> {
  const [scanner] = isUuid(id) ? await readScanners(db, { where: sql`n.id = ${id}::uuid`, now }) : [];
  if (scanner === undefined) throw notFound("The scanner");
  return scanner;
}

/** The same, and nobody else changes it until the transaction ends. @throws {DomainError} NOT_FOUND */
export async function lockScanner(tx: Sql, { id, now }: { id: string; now: Date }): Promise<ScannerDetail> {
  if (isUuid(id)) await tx.query("SELECT id FROM scanner WHERE id = $1::uuid FOR UPDATE", [id]);
  return readScanner(tx, { id, now });
}

/** @throws {DomainError} CONFLICT */
export async function requireFreeScannerName(
  tx: Sql,
  { id, name }: { id: string; name: string },
): Promise<void> {
  const taken = await tx.query("SELECT FROM scanner WHERE name = $1::text AND id <> $2::uuid", [name, id]);
  if (taken.length > 0)
    throw new DomainError("CONFLICT", "There is a scanner of this name already.", {
      fields: [{ path: "name", message: "is taken" }],
    });
}

/** What an audit entry says of a scanner; never a secret. */
export function auditedScanner({ name, action, hours, state }: ScannerRow): Record<string, unknown> {
  return { name, action, hours, state };
}

export function scannerTarget({ id, name }: { id: string; name: string }) {
  return { kind: "scanner", id, name };
}
