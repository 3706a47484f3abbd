import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { replaceSecrets } from "../secrets/owned-secrets.ts";
import type { CreatedScanner } from "./model.ts";
import { lockScanner, readScanner, scannerTarget } from "./scanner-record.ts";

/**
 * Gives a scanner a new secret, shown once; the earlier ones go on for `overlapSeconds` at most, 0 ends them now. Recorded as `scanner.secret_rotated` with hints only.
 * Needs `scanner:write`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT where so many secrets work already.
 */
export async function rotateScannerSecret(
  ctx: Context,
  { scannerId, overlapSeconds }: { scannerId: string; overlapSeconds: number },
): Promise<CreatedScanner> {
  requirePermission(ctx, "scanner:write");
  return ctx.db.transaction(async (tx) => {
    const before = await lockScanner(tx, { id: scannerId, now: ctx.now });
    const secret = await replaceSecrets(tx, ctx, {
      owner: "scanner",
      ownerId: scannerId,
      live: before.secrets,
      overlapSeconds,
    });
    await tx.query("UPDATE scanner SET updated_at = $2::timestamptz WHERE id = $1::uuid", [
      scannerId,
      ctx.now,
    ]);
    const scanner = await readScanner(tx, { id: scannerId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "scanner.secret_rotated",
      target: scannerTarget(scanner),
      before: { secrets: before.secrets.map(({ hint }) => `…${hint}`) },
      after: { secret: `…${secret.hint}`, overlapSeconds },
    });
    return { scanner, secret: secret.value };
  });
}
