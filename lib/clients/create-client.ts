import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { NO_LIFETIMES } from "../lifetimes/model.ts";
import { changedLifetimes, saveClientLifetimes } from "../lifetimes/save-client-lifetimes.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { requireCallable } from "../outbound/require-callable.ts";
import { storeSecret } from "../secrets/owned-secrets.ts";
import { auditedFields } from "./audited-fields.ts";
import { checkSettings } from "./check-settings.ts";
import { readClient } from "./get-client.ts";
import type { CreateClientInput } from "./input.ts";
import { authMethodOf, type CreatedClient, clientIdFromName, grantTypesOf } from "./model.ts";
import { saveClientLinks } from "./save-client-links.ts";

/**
 * Registers an OAuth client; a kind that can keep a secret gets one, which the answer shows once, unless it has keys of its own.
 * Recorded as `client.created`, never the secret. Needs `client:write`.
 *
 * @throws {DomainError} CONFLICT for a client_id that is taken, INVALID_INPUT for settings that contradict the kind or the
 *   organisation's bounds, or an address of keys that may not be called.
 */
export async function createClient(
  ctx: Context,
  created: CreateClientInput,
  { outbound }: { outbound: Outbound },
): Promise<CreatedClient> {
  requirePermission(ctx, "client:write");
  const input = { ...created, grantTypes: created.grantTypes ?? grantTypesOf(created.kind) };
  if (input.jwksUri !== null) await requireCallable(outbound, input.jwksUri, "jwksUri");
  return ctx.db.transaction(async (tx) => {
    const id = uuidv7(ctx.now);
    await checkSettings(tx, input, ALL_SETTINGS, { before: NO_LIFETIMES, change: input });
    const clientId = await freeClientId(tx, input);
    await tx.query(
      `INSERT INTO client (id, client_id, name, description, kind, token_format, grant_types, redirect_uris, post_logout_redirect_uris,
         custom_claims, require_consent, jwks_uri, jwks, require_dpop, require_par, created_at, updated_at, contact_email)
       VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text[], $8::text[], $9::text[], $10::jsonb,
         $11::boolean, $12::text, $13::jsonb, $14::boolean, $15::boolean, $16::timestamptz, $16::timestamptz, $17::text)`,
      [
        id,
        clientId,
        input.name,
        input.description,
        input.kind,
        input.tokenFormat,
        input.grantTypes,
        input.redirectUris,
        input.postLogoutRedirectUris,
        JSON.stringify(input.customClaims),
        input.requireConsent,
        input.jwksUri,
        input.jwks === null ? null : JSON.stringify(input.jwks),
        input.requireDpop,
        input.requirePar,
        ctx.now,
        input.contactEmail,
      ],
    );
    await saveClientLifetimes(tx, id, changedLifetimes(NO_LIFETIMES, input));
    await saveClientLinks(tx, id, input);
    const hasSecret = authMethodOf(input) === "client_secret";
    const secret = hasSecret ? await storeSecret(tx, ctx, { owner: "client", ownerId: id }) : null;
    const client = await readClient(tx, { id, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "client.created",
      target: { kind: "client", id, name: clientId },
      after: { clientId, kind: input.kind, ...auditedFields(client) },
    });
    return { client, secret: secret?.value ?? null };
  });
}

const ALL_SETTINGS = new Set([
  "redirectUris",
  "postLogoutRedirectUris",
  "audienceIds",
  "permissionIds",
  "groupIds",
  "grantTypes",
  "jwksUri",
  "jwks",
  "requirePar",
] as const);

/** The one that was asked for, or one made of the name with the first free number behind it. */
async function freeClientId(tx: Sql, input: CreateClientInput): Promise<string> {
  await tx.query(
    "SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(hashtext('tokenwarden.client_ids'))) l",
  );
  const wanted = input.clientId ?? clientIdFromName(input.name);
  const taken = new Set(
    (
      await tx.query<{ clientId: string }>(
        `SELECT client_id AS "clientId" FROM client WHERE client_id = $1::text OR starts_with(client_id, $1::text || '-')`,
        [wanted],
      )
    ).map((row) => row.clientId),
  );
  if (!taken.has(wanted)) return wanted;
  if (input.clientId !== undefined)
    throw new DomainError("CONFLICT", "A client with this client ID exists.", {
      fields: [{ path: "clientId", message: "is in use" }],
    });
  for (let number = 2; ; number++) if (!taken.has(`${wanted}-${number}`)) return `${wanted}-${number}`;
}
