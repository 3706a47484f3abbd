import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { uuidv7 } from "../ids.ts";
import { readAudience } from "./get-audience.ts";
import type { CreateAudienceInput } from "./input.ts";
import type { AudienceRow } from "./model.ts";
import { requireFreeNames, savePermissions } from "./save-permissions.ts";

/**
 * Registers an application that accepts tokens, with its permissions. Recorded as `audience.created`. Needs `audience:write`.
 *
 * @throws {DomainError} CONFLICT for a name, URI or permission that is taken.
 */
export async function createAudience(ctx: Context, input: CreateAudienceInput): Promise<AudienceRow> {
  requirePermission(ctx, "audience:write");
  return ctx.db.transaction(async (tx) => {
    const id = uuidv7(ctx.now);
    await requireFreeNames(tx, { id, ...input });
    await tx.query(
      `INSERT INTO audience (id, name, title, resource_uri, created_at, access_token_ttl_max_seconds)
       VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::timestamptz, $6::int)`,
      [id, input.name, input.title, input.resourceUri, ctx.now, input.accessTokenTtlMaxSeconds ?? null],
    );
    await savePermissions(tx, ctx, { audienceId: id, had: [], wanted: input.permissions });
    const audience = await readAudience(tx, id);
    await recordEntry(tx, ctx, {
      act: "audience.created",
      target: { kind: "audience", id, name: input.name },
      after: {
        name: input.name,
        title: input.title,
        resourceUri: input.resourceUri,
        accessTokenTtlMaxSeconds: audience.accessTokenTtlMaxSeconds,
        permissions: input.permissions.map((permission) => permission.name),
      },
    });
    return audience;
  });
}
