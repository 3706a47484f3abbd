import { recordEntry } from "../audit/record-entry.ts";
import { requireAdmin } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { passkeyRowOf, readPasskeys } from "./list-factors.ts";
import type { PasskeyRow } from "./model.ts";

/**
 * Gives a passkey of the asking admin another name; the same one changes nothing. Recorded as `passkey.renamed`.
 *
 * @throws {DomainError} NOT_FOUND for one that is another's, CONFLICT for who is no admin.
 */
export async function renamePasskey(
  ctx: Context,
  { id, name }: { id: string; name: string },
): Promise<PasskeyRow> {
  const actor = requireAdmin(ctx);
  return ctx.db.transaction(async (tx) => {
    await tx.query("SELECT id FROM admin WHERE id = $1::uuid FOR UPDATE", [actor.id]);
    const before = (await readPasskeys(tx, actor.id)).find((one) => one.id === id);
    if (before === undefined) throw notFound("The passkey");
    if (before.name !== name) {
      await tx.query("UPDATE passkey SET name = $2::text WHERE id = $1::uuid", [id, name]);
      await recordEntry(tx, ctx, {
        act: "passkey.renamed",
        target: { kind: "admin", id: actor.id, name: actor.name },
        before: { passkey: before.name },
        after: { passkey: name },
      });
    }
    return passkeyRowOf({ ...before, name });
  });
}
