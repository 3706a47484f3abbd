import { changesOf, requireVersion } from "../audit/changes.ts";
import { type Act, recordEntries } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { isUuid } from "../ids.ts";
import { shortenTokens } from "../lifetimes/shorten-tokens.ts";
import { readOrganisation } from "../organisation/get-organisation.ts";
import { readAudience } from "./get-audience.ts";
import type { UpdateAudienceInput } from "./input.ts";
import type { AudienceRow } from "./model.ts";
import { requireFreeNames, savePermissions } from "./save-permissions.ts";

/**
 * Changes an audience's title, resource URI or permissions. A permission that is taken away leaves clients and groups too; tokens
 * that are out keep it. Recorded as `audience.updated`. Needs `audience:write`.
 *
 * @throws {DomainError} NOT_FOUND, STALE_VERSION, CONFLICT
 */
export async function updateAudience(
  ctx: Context,
  { audienceId, ...input }: UpdateAudienceInput & { audienceId: string },
): Promise<AudienceRow> {
  requirePermission(ctx, "audience:write");
  return ctx.db.transaction(async (tx) => {
    if (isUuid(audienceId))
      await tx.query("SELECT id FROM audience WHERE id = $1::uuid FOR UPDATE", [audienceId]);
    const audience = await readAudience(tx, audienceId);
    await requireVersion(tx, input.version, {
      what: "The audience",
      act: "audience.updated",
      targetId: audienceId,
      version: audience.version,
    });
    const had = audience.permissions.map(({ name, description }) => ({ name, description }));
    const before = {
      title: audience.title,
      resourceUri: audience.resourceUri,
      accessTokenTtlMaxSeconds: audience.accessTokenTtlMaxSeconds,
      permissions: had,
    };
    const wanted = input.permissions ?? had;
    const after = {
      title: input.title ?? audience.title,
      resourceUri: input.resourceUri ?? audience.resourceUri,
      accessTokenTtlMaxSeconds:
        input.accessTokenTtlMaxSeconds === undefined
          ? audience.accessTokenTtlMaxSeconds
          : input.accessTokenTtlMaxSeconds,
      permissions: wanted.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    };
    const changes = changesOf(
      { ...before, permissions: had.toSorted((a, b) => (a.name < b.name ? -1 : 1)) },
      after,
    );
    if (changes === null && input.shorten === undefined) return audience;
    const target = { kind: "audience", id: audienceId, name: audience.name };
    const acts: Act[] = [];
    if (changes !== null) {
      await requireFreeNames(tx, { id: audienceId, resourceUri: after.resourceUri, permissions: wanted });
      await savePermissions(tx, ctx, { audienceId, had: audience.permissions, wanted });
      await tx.query(
        `UPDATE audience SET title = $2::text, resource_uri = $3::text, access_token_ttl_max_seconds = $4::int, version = version + 1
         WHERE id = $1::uuid`,
        [audienceId, after.title, after.resourceUri, after.accessTokenTtlMaxSeconds],
      );
      acts.push({ act: "audience.updated", target, ...changes });
    }
    const updated = await readAudience(tx, audienceId);
    if (input.shorten !== undefined) {
      const { accessTokenTtlMaxSeconds } = input;
      const settings = accessTokenTtlMaxSeconds === undefined ? {} : { accessTokenTtlMaxSeconds };
      const { wideOrderTokens } = await readOrganisation(tx);
      const change = { kind: "audience" as const, id: audienceId, settings, name: audience.name };
      acts.push(await shortenTokens(tx, ctx, { ...change, wideOrderTokens }, input.shorten));
    }
    await recordEntries(tx, ctx, acts);
    return updated;
  });
}
