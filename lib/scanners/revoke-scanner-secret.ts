import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { dropSecrets } from "../secrets/owned-secrets.ts";
import type { ScannerDetail } from "./model.ts";
import { lockScanner, readScanner, scannerTarget } from "./scanner-record.ts";

/**
 * Ends one secret of a scanner at once; its others go on. Recorded as `scanner.secret_revoked` with its hint. Needs `scanner:write`.
 *
 * @throws {DomainError} NOT_FOUND for a secret that is not this scanner's, or has ended.
 */
export async function revokeScannerSecret(
  ctx: Context,
  { scannerId, secretId }: { scannerId: string; secretId: string },
): Promise<ScannerDetail> {
  requirePermission(ctx, "scanner:write");
  return ctx.db.transaction(async (tx) => {
    const before = await lockScanner(tx, { id: scannerId, now: ctx.now });
    if (!before.secrets.some(({ id }) => id === secretId)) throw notFound("The secret");
    await dropSecrets(tx, ctx, { owner: "scanner", ownerId: scannerId, secretId });
    await tx.query("UPDATE scanner SET updated_at = $2::timestamptz WHERE id = $1::uuid", [
      scannerId,
      ctx.now,
    ]);
    const scanner = await readScanner(tx, { id: scannerId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "scanner.secret_revoked",
      target: scannerTarget(scanner),
      before: { secrets: before.secrets.map(({ hint }) => `…${hint}`) },
      after: { secrets: scanner.secrets.map(({ hint }) => `…${hint}`) },
    });
    return scanner;
  });
}
