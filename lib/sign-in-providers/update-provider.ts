import { requireApproval } from "../approvals/require-approval.ts";
import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { ProviderMeans } from "./create-provider.ts";
import type { UpdateProviderInput } from "./input.ts";
import type { SignInProviderRow } from "./model.ts";
import {
  auditedProvider,
  clientSecretLabel,
  endProviderSessions,
  lockProvider,
  providerTarget,
  readProvider,
  requireFree,
} from "./provider-record.ts";

/** Decided who came in, and as what: a session from before goes on under none of them. */
const DECIDES = [
  "clientId",
  "roleClaim",
  "roleRules",
  "defaultRole",
  "requiredAcr",
  "requiredAmr",
  "maxAgeSeconds",
];

/**
 * Changes a provider, also while it is away. Where what changes decides who comes in and as what, the sessions that it opened end with it: who still may signs in again.
 * Recorded as `sign_in_provider.updated`, before and after; a change of nothing records nothing. Needs `sign-in:write`.
 *
 * @throws {StepUpRequired} sign-in
 * @throws {ApprovalRequired} where the organisation wants four eyes
 * @throws {DomainError} NOT_FOUND, STALE_VERSION, CONFLICT, INVALID_INPUT
 */
export async function updateProvider(
  ctx: Context,
  { providerId, version, clientSecret, ...given }: UpdateProviderInput & { providerId: string },
  { wrapper }: Pick<ProviderMeans, "wrapper">,
): Promise<SignInProviderRow> {
  requirePermission(ctx, "sign-in:write");
  await requireApproval(ctx, "sign-in");
  const seen = await readProvider(ctx.db, { id: providerId, now: ctx.now });
  const secret =
    clientSecret === undefined
      ? null
      : await wrapper.wrap(Buffer.from(clientSecret), clientSecretLabel(seen.id));
  return ctx.db.transaction(async (tx) => {
    const before = await lockProvider(tx, { id: providerId, now: ctx.now });
    await requireVersion(tx, version, {
      what: "The provider",
      act: "sign_in_provider.updated",
      targetId: before.id,
      version: before.version,
    });
    const next = { ...before, ...definedOf(given) };
    await requireFree(tx, next);
    const changes = changesOf(auditedProvider(before), auditedProvider(next));
    if (changes === null && secret === null) return before;
    await tx.query(
      `UPDATE sign_in_provider SET name = $2::text, client_id = $3::text, client_secret_wrapped = coalesce($4::bytea, client_secret_wrapped),
         scopes = $5::text[], role_claim = $6::text, role_rules = $7::jsonb, default_role = $8::text, creates_admins = $9::boolean, acr_values = $10::text[],
         required_acr = $11::text[], required_amr = $12::text[], max_age_seconds = $13::int, updated_at = $14::timestamptz, version = version + 1
       WHERE id = $1::uuid`,
      [
        before.id,
        next.name,
        next.clientId,
        secret,
        next.scopes,
        next.roleClaim,
        JSON.stringify(next.roleRules),
        next.defaultRole,
        next.createsAdmins,
        next.acrValues,
        next.requiredAcr,
        next.requiredAmr,
        next.maxAgeSeconds,
        ctx.now,
      ],
    );
    const decides = Object.keys(changes?.after ?? {}).some((field) => DECIDES.includes(field));
    const endedSessions = decides
      ? await endProviderSessions(tx, { providerId: before.id, now: ctx.now, reason: "provider_changed" })
      : 0;
    const provider = await readProvider(tx, { id: before.id, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "sign_in_provider.updated",
      target: providerTarget(provider),
      before: changes?.before ?? {},
      after: {
        ...changes?.after,
        ...(secret === null ? {} : { clientSecret: "replaced" }),
        ...(endedSessions === 0 ? {} : { endedSessions }),
      },
    });
    return provider;
  });
}

function definedOf<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}
