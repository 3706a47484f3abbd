import { requireApproval } from "../approvals/require-approval.ts";
import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { boundsOf } from "./bounds.ts";
import { lockApiToken, readApiToken } from "./get-api-token.ts";
import type { UpdateApiTokenInput } from "./input.ts";
import { lockApiTokens } from "./lock-api-tokens.ts";
import type { ApiTokenRow } from "./model.ts";

async function requireChangeable(
  tx: Sql,
  { actor }: Pick<Context, "actor">,
  { apiTokenId, networks }: Pick<UpdateApiTokenInput, "networks"> & { apiTokenId: string },
): Promise<void> {
  if (actor.kind !== "api_token") return;
  if (actor.id === apiTokenId) throw new DomainError("FORBIDDEN", "An API token does not change itself.");
  if (networks === undefined || (await boundsOf(tx, actor)).networks.length === 0) return;
  throw new DomainError("FORBIDDEN", "An API token that is bound to networks changes those of none.");
}

/**
 * Changes an API token's name or networks, with its next request. Its role stays. Recorded as `api_token.updated`. Needs `api-token:write`
 * and, as making one, a fresh proof. An API token does not change itself, and one that is bound to networks changes nobody's.
 *
 * @throws {DomainError} FORBIDDEN, NOT_FOUND, STALE_VERSION, ALREADY_ENDED
 */
export async function updateApiToken(
  ctx: Context,
  { apiTokenId, ...input }: UpdateApiTokenInput & { apiTokenId: string },
): Promise<ApiTokenRow> {
  requirePermission(ctx, "api-token:write");
  await requireApproval(ctx, "api-tokens");
  return ctx.db.transaction(async (tx) => {
    await lockApiTokens(tx);
    await requireChangeable(tx, ctx, { apiTokenId, ...input });
    const before = await lockApiToken(tx, { id: apiTokenId, now: ctx.now });
    await requireVersion(tx, input.version, {
      what: "The API token",
      act: "api_token.updated",
      targetId: apiTokenId,
      version: before.version,
    });
    if (before.state === "revoked")
      throw new DomainError("ALREADY_ENDED", "This API token is revoked: there is nothing to change.");
    const name = input.name ?? before.name;
    const networks = input.networks ?? before.networks;
    const changes = changesOf({ name: before.name, networks: before.networks }, { name, networks });
    if (changes === null) return before;
    await tx.query(
      "UPDATE api_token SET name = $2::text, networks = $3::text[], version = version + 1 WHERE id = $1::uuid",
      [apiTokenId, name, networks],
    );
    await recordEntry(tx, ctx, {
      act: "api_token.updated",
      target: { kind: "api_token", id: apiTokenId, name },
      ...changes,
    });
    return readApiToken(tx, { id: apiTokenId, now: ctx.now });
  });
}
