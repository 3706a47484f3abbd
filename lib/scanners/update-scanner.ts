import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { UpdateScannerInput } from "./input.ts";
import type { ScannerDetail } from "./model.ts";
import {
  auditedScanner,
  lockScanner,
  readScanner,
  requireFreeScannerName,
  scannerTarget,
} from "./scanner-record.ts";

/**
 * Changes a scanner's name and what is done at its reports, from the next one on. Recorded as `scanner.updated`; a change of nothing records nothing. Needs `scanner:write`.
 *
 * @throws {DomainError} NOT_FOUND, STALE_VERSION, CONFLICT
 */
export async function updateScanner(
  ctx: Context,
  { scannerId, version, name, action, hours }: UpdateScannerInput & { scannerId: string },
): Promise<ScannerDetail> {
  requirePermission(ctx, "scanner:write");
  return ctx.db.transaction(async (tx) => {
    const before = await lockScanner(tx, { id: scannerId, now: ctx.now });
    await requireVersion(tx, version, {
      what: "The scanner",
      act: "scanner.updated",
      targetId: scannerId,
      version: before.version,
    });
    if (name !== undefined) await requireFreeScannerName(tx, { id: scannerId, name });
    const next = {
      ...before,
      name: name ?? before.name,
      ...(action === undefined ? {} : { action, hours }),
    };
    const changes = changesOf(auditedScanner(before), auditedScanner(next));
    if (changes === null) return before;
    await tx.query(
      `UPDATE scanner SET name = $2::text, action = $3::text, hours = $4::int, updated_at = $5::timestamptz, version = version + 1
       WHERE id = $1::uuid`,
      [scannerId, next.name, next.action, next.hours, ctx.now],
    );
    const scanner = await readScanner(tx, { id: scannerId, now: ctx.now });
    await recordEntry(tx, ctx, { act: "scanner.updated", target: scannerTarget(scanner), ...changes });
    return scanner;
  });
}
