import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { uuidv7, uuidv7Time } from "../ids.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { requireIssuer } from "./check-issuer.ts";
import type { CreateProviderInput } from "./input.ts";
import { PROVIDERS_MAX, type SignInProviderRow } from "./model.ts";
import {
  auditedProvider,
  clientSecretLabel,
  providerTarget,
  readProvider,
  requireFree,
} from "./provider-record.ts";

/** What it takes to keep a provider's secret and to ask it. */
export type ProviderMeans = { outbound: Outbound; wrapper: KeyWrapper };

/** How long before it is there the redirect address may have been registered. */
const CHOSEN_WITHIN_MS = 24 * 3_600_000;

/** Whether an id was made just now for a provider that is yet to be: none that was another's has an address in its name again. */
export function isNewProviderId(id: string, now: Date): boolean {
  const at = uuidv7Time(id);
  return at !== null && Math.abs(now.getTime() - at.getTime()) <= CHOSEN_WITHIN_MS;
}

function requireNewId(id: string, now: Date): void {
  if (isNewProviderId(id, now)) return;
  const message = "must be a UUID of version 7 that was made within the last day";
  throw new DomainError("INVALID_INPUT", `id: ${message}`, { fields: [{ path: "id", message }] });
}

/**
 * Lets admins sign in by an OpenID Connect provider. Its metadata and keys are read first. The secret is kept wrapped and never shown again. Recorded as
 * `sign_in_provider.created`, never the secret. Needs `sign-in:write`.
 *
 * @throws {StepUpRequired} sign-in
 * @throws {ApprovalRequired} where the organisation wants four eyes
 * @throws {DomainError} INVALID_INPUT for an issuer that nobody could sign in by, CONFLICT for a name, issuer or id that is taken, or too many of them.
 */
export async function createProvider(
  ctx: Context,
  input: CreateProviderInput,
  { outbound, wrapper }: ProviderMeans,
): Promise<SignInProviderRow> {
  requirePermission(ctx, "sign-in:write");
  await requireApproval(ctx, "sign-in");
  const id = input.id ?? uuidv7(ctx.now);
  requireNewId(id, ctx.now);
  await requireIssuer(outbound, input.issuer);
  const secret = await wrapper.wrap(Buffer.from(input.clientSecret), clientSecretLabel(id));
  return ctx.db.transaction(async (tx) => {
    // of two at once the second waits, and sees the first
    await tx.query("LOCK TABLE sign_in_provider IN SHARE ROW EXCLUSIVE MODE");
    const taken = await tx.query("SELECT id FROM sign_in_provider WHERE id = $1::uuid", [id]);
    if (taken.length > 0)
      throw new DomainError("CONFLICT", "There is a provider with this id.", {
        fields: [{ path: "id", message: "is in use" }],
      });
    await requireFree(tx, { ...input, id });
    const [count] = await tx.query<{ all: bigint }>("SELECT count(*) AS all FROM sign_in_provider");
    if (count !== undefined && count.all >= BigInt(PROVIDERS_MAX))
      throw new DomainError("CONFLICT", `There are at most ${PROVIDERS_MAX} providers.`);
    await tx.query(
      `INSERT INTO sign_in_provider (id, name, issuer, client_id, client_secret_wrapped, scopes, role_claim, role_rules, default_role, creates_admins,
         acr_values, required_acr, required_amr, max_age_seconds, created_at, updated_at)
       VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::bytea, $6::text[], $7::text, $8::jsonb, $9::text, $10::boolean, $11::text[], $12::text[],
         $13::text[], $14::int, $15::timestamptz, $15::timestamptz)`,
      [
        id,
        input.name,
        input.issuer,
        input.clientId,
        secret,
        input.scopes,
        input.roleClaim,
        JSON.stringify(input.roleRules),
        input.defaultRole,
        input.createsAdmins,
        input.acrValues,
        input.requiredAcr,
        input.requiredAmr,
        input.maxAgeSeconds,
        ctx.now,
      ],
    );
    const provider = await readProvider(tx, { id, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "sign_in_provider.created",
      target: providerTarget(provider),
      after: auditedProvider(provider),
    });
    return provider;
  });
}
