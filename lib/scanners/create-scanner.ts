import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { storeSecret } from "../secrets/owned-secrets.ts";
import type { CreateScannerInput } from "./input.ts";
import { type CreatedScanner, SCANNERS_MAX } from "./model.ts";
import { auditedScanner, readScanner, requireFreeScannerName, scannerTarget } from "./scanner-record.ts";

/**
 * Lets a scanner report leaked values; the answer shows its secret once. What it reports is taken back as its policy has it, so only an owner may: needs `scanner:write`.
 * Recorded as `scanner.created`, never the secret.
 *
 * @throws {DomainError} CONFLICT for a name that is taken or too many of them.
 */
export async function createScanner(ctx: Context, input: CreateScannerInput): Promise<CreatedScanner> {
  requirePermission(ctx, "scanner:write");
  return ctx.db.transaction(async (tx) => {
    const id = uuidv7(ctx.now);
    // of two at once the second waits, and sees the first
    await tx.query("LOCK TABLE scanner IN SHARE ROW EXCLUSIVE MODE");
    await requireFreeScannerName(tx, { id, name: input.name });
    const [count] = await tx.query<{ all: bigint }>("SELECT count(*) AS all FROM scanner");
    if (count !== undefined && count.all >= BigInt(SCANNERS_MAX))
      throw new DomainError("CONFLICT", `There are at most ${SCANNERS_MAX} scanners.`);
    await tx.query(
      `INSERT INTO scanner (id, name, action, hours, created_at, updated_at)
       VALUES ($1::uuid, $2::text, $3::text, $4::int, $5::timestamptz, $5::timestamptz)`,
      [id, input.name, input.action, input.hours, ctx.now],
    );
    const secret = await storeSecret(tx, ctx, { owner: "scanner", ownerId: id });
    const scanner = await readScanner(tx, { id, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "scanner.created",
      target: scannerTarget(scanner),
      after: auditedScanner(scanner),
    });
    return { scanner, secret: secret.value };
  });
}
