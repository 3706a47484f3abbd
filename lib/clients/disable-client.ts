import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { readClient } from "./get-client.ts";
import type { ClientDetail } from "./model.ts";

/**
 * Stops a client: it gets no token, and those it has are refused while it is disabled. They work again when it is enabled, until
 * they expire: revoke them where they must not. Sign-ins that were under way (codes, device codes, pushed requests) lead to nothing, also after that. Recorded as `client.disabled`. Needs `client:write`.
 *
 * @throws {DomainError} NOT_FOUND, ALREADY_ENDED
 */
export async function disableClient(ctx: Context, { clientId }: { clientId: string }): Promise<ClientDetail> {
  return switchClient(ctx, { clientId, isDisabled: true });
}

/** Turns a client on or off, in one transaction with its entry. */
export async function switchClient(
  ctx: Context,
  { clientId, isDisabled }: { clientId: string; isDisabled: boolean },
): Promise<ClientDetail> {
  requirePermission(ctx, "client:write");
  return ctx.db.transaction(async (tx) => {
    if (isUuid(clientId)) await tx.query("SELECT id FROM client WHERE id = $1::uuid FOR UPDATE", [clientId]);
    const before = await readClient(tx, { id: clientId, now: ctx.now });
    if (isDisabled && before.state === "disabled")
      throw new DomainError("ALREADY_ENDED", "This client is disabled already.");
    if (!isDisabled && before.state === "enabled")
      throw new DomainError("CONFLICT", "This client is not disabled.");
    await tx.query(
      `UPDATE client SET disabled_at = $2::timestamptz, updated_at = $3::timestamptz,
         pending_ended_at = greatest(pending_ended_at, $2::timestamptz) WHERE id = $1::uuid`,
      [clientId, isDisabled ? ctx.now : null, ctx.now],
    );
    const client = await readClient(tx, { id: clientId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: isDisabled ? "client.disabled" : "client.enabled",
      target: { kind: "client", id: clientId, name: client.clientId },
      before: { state: before.state },
      after: { state: client.state },
    });
    return client;
  });
}
