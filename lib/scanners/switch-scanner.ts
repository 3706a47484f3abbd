import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { ScannerDetail } from "./model.ts";
import { lockScanner, readScanner, scannerTarget } from "./scanner-record.ts";

/**
 * Stops a scanner, or lets it in again: while it is disabled its reports are refused. What it has reported stays on record. Recorded as `scanner.disabled` and
 * `scanner.enabled`. Needs `scanner:write`.
 *
 * @throws {DomainError} NOT_FOUND, ALREADY_ENDED, CONFLICT
 */
export async function switchScanner(
  ctx: Context,
  { scannerId, isDisabled }: { scannerId: string; isDisabled: boolean },
): Promise<ScannerDetail> {
  requirePermission(ctx, "scanner:write");
  return ctx.db.transaction(async (tx) => {
    const before = await lockScanner(tx, { id: scannerId, now: ctx.now });
    if (isDisabled && before.state === "disabled")
      throw new DomainError("ALREADY_ENDED", "This scanner is disabled already.");
    if (!isDisabled && before.state === "enabled")
      throw new DomainError("CONFLICT", "This scanner is not disabled.");
    await tx.query(
      "UPDATE scanner SET disabled_at = $2::timestamptz, updated_at = $3::timestamptz WHERE id = $1::uuid",
      [scannerId, isDisabled ? ctx.now : null, ctx.now],
    );
    const scanner = await readScanner(tx, { id: scannerId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: isDisabled ? "scanner.disabled" : "scanner.enabled",
      target: scannerTarget(scanner),
      before: { state: before.state },
      after: { state: scanner.state },
    });
    return scanner;
  });
}
