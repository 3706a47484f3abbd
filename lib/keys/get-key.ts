import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { publicMembers } from "./generate-key.ts";
import { keyHoldersOf } from "./key-holders.ts";
import type { KeyDetail } from "./model.ts";
import { readKeys } from "./read-key.ts";
import { readKeyAskers } from "./read-key-askers.ts";

/**
 * One signing key by its kid, with its public half and which verifiers have it.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN, NOT_FOUND.
 */
export async function getKey(ctx: Context, input: { kid: string }): Promise<KeyDetail> {
  requirePermission(ctx, "key:read");
  const found = (await readKeys(ctx)).find(({ row }) => row.kid === input.kid);
  if (found === undefined) throw notFound("The key");
  return {
    ...found.row,
    publicJwk: publicMembers(found.record.publicJwk),
    holders: keyHoldersOf(found.row, await readKeyAskers(ctx.db, ctx.now), ctx.now.getTime()),
  };
}
