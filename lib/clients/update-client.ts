import { changesOf, requireVersion } from "../audit/changes.ts";
import { type Act, recordEntries } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { isUuid } from "../ids.ts";
import { changedLifetimes, givenLifetimes, saveClientLifetimes } from "../lifetimes/save-client-lifetimes.ts";
import { shortenTokens } from "../lifetimes/shorten-tokens.ts";
import { readOrganisation } from "../organisation/get-organisation.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { requireCallable } from "../outbound/require-callable.ts";
import { dropSecrets } from "../secrets/owned-secrets.ts";
import { auditedFields } from "./audited-fields.ts";
import { type ClientSettings, checkSettings } from "./check-settings.ts";
import { readClient } from "./get-client.ts";
import type { UpdateClientInput } from "./input.ts";
import { authMethodOf, type ClientDetail } from "./model.ts";
import { saveClientLinks } from "./save-client-links.ts";

/**
 * Changes a client's settings; kind and client_id stay. Tokens that are out keep what they were issued with, but for those of the plan that `shorten` carries.
 * Keys end its secrets: it proves who it is by one or the other.
 * Recorded as `client.updated` with what changed; a change of nothing records nothing. Needs `client:write`.
 *
 * @throws {DomainError} NOT_FOUND, STALE_VERSION, INVALID_INPUT
 */
export async function updateClient(
  ctx: Context,
  { clientId, ...input }: UpdateClientInput & { clientId: string },
  { outbound }: { outbound: Outbound },
): Promise<ClientDetail> {
  requirePermission(ctx, "client:write");
  await requireCallableChange(ctx, outbound, clientId, input.jwksUri);
  return ctx.db.transaction(async (tx) => {
    if (isUuid(clientId)) await tx.query("SELECT id FROM client WHERE id = $1::uuid FOR UPDATE", [clientId]);
    const client = await readClient(tx, { id: clientId, now: ctx.now });
    await requireVersion(tx, input.version, {
      what: "The client",
      act: "client.updated",
      targetId: clientId,
      version: client.version,
    });
    const settings = settingsOf(client, input);
    const changed = new Set(
      (Object.keys(settings) as (keyof ClientSettings)[]).filter(
        (key) => key !== "kind" && input[key] !== undefined,
      ),
    );
    await checkSettings(tx, settings, changed, { before: client, change: input });
    await tx.query(
      `UPDATE client SET name = $2::text, description = $3::text, token_format = $4::text, redirect_uris = $5::text[],
         post_logout_redirect_uris = $6::text[], custom_claims = $7::jsonb, require_consent = $8::boolean, grant_types = $9::text[],
         jwks_uri = $10::text, jwks = $11::jsonb, require_dpop = $12::boolean, require_par = $13::boolean, contact_email = $14::text WHERE id = $1::uuid`,
      [
        clientId,
        input.name ?? client.name,
        input.description ?? client.description,
        input.tokenFormat ?? client.tokenFormat,
        settings.redirectUris,
        settings.postLogoutRedirectUris,
        JSON.stringify(input.customClaims ?? client.customClaims),
        input.requireConsent ?? client.requireConsent,
        settings.grantTypes,
        settings.jwksUri,
        settings.jwks === null ? null : JSON.stringify(settings.jwks),
        settings.requireDpop,
        settings.requirePar,
        input.contactEmail === undefined ? client.contactEmail : input.contactEmail,
      ],
    );
    if (authMethodOf(settings) !== "client_secret")
      await dropSecrets(tx, ctx, { owner: "client", ownerId: clientId });
    await saveClientLifetimes(tx, clientId, changedLifetimes(client, input));
    await saveClientLinks(tx, clientId, input);
    const changes = changesOf(
      auditedFields(client),
      auditedFields(await readClient(tx, { id: clientId, now: ctx.now })),
    );
    if (changes === null && input.shorten === undefined) return client;
    if (changes !== null)
      await tx.query(
        "UPDATE client SET version = version + 1, updated_at = $2::timestamptz WHERE id = $1::uuid",
        [clientId, ctx.now],
      );
    const updated = await readClient(tx, { id: clientId, now: ctx.now });
    const target = { kind: "client", id: clientId, name: client.clientId };
    const acts: Act[] = changes === null ? [] : [{ act: "client.updated", target, ...changes }];
    if (input.shorten !== undefined) {
      const { wideOrderTokens } = await readOrganisation(tx);
      const change = { kind: "client" as const, id: clientId, settings: givenLifetimes(input) };
      const named = { ...change, name: client.clientId, wideOrderTokens };
      acts.push(await shortenTokens(tx, ctx, named, input.shorten));
    }
    await recordEntries(tx, ctx, acts);
    return updated;
  });
}

/** Before the transaction, which must not wait for somebody's name server; an address that stays is not asked about. */
async function requireCallableChange(
  ctx: Context,
  outbound: Outbound,
  clientId: string,
  jwksUri: string | null | undefined,
): Promise<void> {
  if (typeof jwksUri !== "string" || !isUuid(clientId)) return;
  const [same] = await ctx.db.query(
    "SELECT 1 AS same FROM client WHERE id = $1::uuid AND jwks_uri = $2::text",
    [clientId, jwksUri],
  );
  if (same === undefined) await requireCallable(outbound, jwksUri, "jwksUri");
}

function settingsOf(client: ClientDetail, input: UpdateClientInput): ClientSettings {
  return {
    kind: client.kind,
    redirectUris: input.redirectUris ?? client.redirectUris,
    postLogoutRedirectUris: input.postLogoutRedirectUris ?? client.postLogoutRedirectUris,
    audienceIds: input.audienceIds ?? client.audiences.map((audience) => audience.id),
    permissionIds: input.permissionIds ?? client.permissions.map((permission) => permission.id),
    groupIds: input.groupIds ?? client.groups.map((group) => group.id),
    grantTypes: input.grantTypes ?? client.grantTypes,
    // one takes the other's place, unless both are given
    jwksUri: input.jwksUri === undefined ? (input.jwks ? null : client.jwksUri) : input.jwksUri,
    jwks: input.jwks === undefined ? (input.jwksUri ? null : client.jwks) : input.jwks,
    requireDpop: input.requireDpop ?? client.requireDpop,
    requirePar: input.requirePar ?? client.requirePar,
  };
}
