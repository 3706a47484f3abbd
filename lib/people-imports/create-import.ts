import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { importDetailOf, readImport, requireImport } from "./import-row.ts";
import type { CreateImportInput } from "./input.ts";
import { IMPORT_MINUTES, type ImportDetail } from "./model.ts";

/**
 * Begins an import of users or groups; its file comes in parts. What the actor had begun before and not applied is over. Nothing is recorded: nothing has
 * changed. Needs `user:write` or `group:write`, by its kind.
 */
export async function createImport(ctx: Context, input: CreateImportInput): Promise<ImportDetail> {
  requireImport(ctx, input.kind);
  return ctx.db.transaction(async (tx) => {
    const id = uuidv7(ctx.now);
    await tx.query("DELETE FROM people_import WHERE actor_id = $1::text AND state <> 'applied'", [
      ctx.actor.id,
    ]);
    await tx.query(
      `INSERT INTO people_import (id, kind, file_name, state, passed_over, columns, actor_kind, actor_id, actor_name, created_at, expires_at)
       VALUES ($1::uuid, $2::text, $3::text, 'reading', '{}', '{}', $4::text, $5::text, $6::text, $7::timestamptz, $7::timestamptz + make_interval(mins => $8::int))`,
      [id, input.kind, input.fileName, ctx.actor.kind, ctx.actor.id, ctx.actor.name, ctx.now, IMPORT_MINUTES],
    );
    return importDetailOf(await readImport(tx, ctx, id));
  });
}

/**
 * Keeps one part of an import's file until it is compared; the same part again takes the place of the first.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT where the file was compared already.
 */
export async function putImportPart(
  ctx: Context,
  { id, number, content }: { id: string; number: number; content: string },
): Promise<ImportDetail> {
  return ctx.db.transaction(async (tx) => {
    const record = await readImport(tx, ctx, id, { isLocked: true });
    if (record.state !== "reading")
      throw new DomainError("CONFLICT", "This file was read already. Begin another import.");
    await tx.query(
      `INSERT INTO people_import_part (import_id, number, content) VALUES ($1::uuid, $2::int, $3::bytea)
       ON CONFLICT (import_id, number) DO UPDATE SET content = excluded.content`,
      [id, number, Buffer.from(content, "base64")],
    );
    return importDetailOf(record);
  });
}
