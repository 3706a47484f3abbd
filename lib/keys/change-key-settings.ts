import { requireApproval } from "../approvals/require-approval.ts";
import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { readKeySettings } from "./get-key-settings.ts";
import type { KeySettingsInput } from "./input.ts";
import { type KeySettings, PUBLISH_SECONDS } from "./model.ts";

/** A cache that was told the longer time keeps to it: until then a key that is announced waits. */
const CACHED_UNTIL = `CASE WHEN $1::int < jwks_cache_seconds
  THEN greatest(jwks_cached_until, clock_timestamp() + make_interval(secs => jwks_cache_seconds + ${PUBLISH_SECONDS})) ELSE jwks_cached_until END`;

/**
 * Changes how long the JWKS may be kept, and how many days a replaced key stays in it. A shorter cache time holds for what is given out from now on; a
 * rotation waits for caches that were told the longer one. Keys that were replaced before stay as long as they were to. Needs `key:rotate`.
 * Recorded as `organisation.updated`; a change of nothing records nothing.
 *
 * @throws {DomainError} FORBIDDEN, STALE_VERSION.
 */
export async function changeKeySettings(ctx: Context, input: KeySettingsInput): Promise<KeySettings> {
  requirePermission(ctx, "key:rotate");
  await requireApproval(ctx, "keys");
  const { version: seen, ...wanted } = input;
  return ctx.db.transaction(async (tx) => {
    const { version, jwksCacheSeconds, keyKeepDays } = await readKeySettings(tx, true);
    await requireVersion(tx, seen, {
      what: "The organisation",
      act: "organisation.updated",
      targetId: "1",
      version,
    });
    const changes = changesOf({ jwksCacheSeconds, keyKeepDays }, wanted);
    if (changes !== null) {
      const [row] = await tx.query<{ name: string }>(
        `UPDATE organisation SET jwks_cached_until = ${CACHED_UNTIL}, jwks_cache_seconds = $1::int, key_keep_days = $2::int,
           version = version + 1, updated_at = $3::timestamptz WHERE id = 1 RETURNING name`,
        [wanted.jwksCacheSeconds, wanted.keyKeepDays, ctx.now],
      );
      await recordEntry(tx, ctx, {
        act: "organisation.updated",
        target: { kind: "organisation", id: "1", name: row?.name ?? "" },
        ...changes,
      });
    }
    return readKeySettings(tx);
  });
}
