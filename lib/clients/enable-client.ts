import type { Context } from "../context.ts";
import { switchClient } from "./disable-client.ts";
import type { ClientDetail } from "./model.ts";

/**
 * Lets a disabled client get tokens again. Recorded as `client.enabled`. Needs `client:write`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for a client that is enabled.
 */
export async function enableClient(ctx: Context, { clientId }: { clientId: string }): Promise<ClientDetail> {
  return switchClient(ctx, { clientId, isDisabled: false });
}
