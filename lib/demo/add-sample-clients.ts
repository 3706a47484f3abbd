import { grantTypesOf } from "../clients/model.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import { hashSecret } from "../passwords/generated-secret.ts";
import { addRows } from "./add-rows.ts";
import type { AddedDirectory } from "./add-sample-directory.ts";
import type { CompletedCredentials } from "./credentials.ts";
import { SAMPLE_CLIENTS, sampleRedirectUris } from "./sample-clients.ts";

/** Adds the sample clients that are missing, with their links, and puts in secrets that were made anew. */
export async function addSampleClients(
  tx: Sql,
  ctx: Context,
  directory: AddedDirectory,
  completed: CompletedCredentials,
) {
  const clients = await addRows(
    tx,
    `INSERT INTO client (id, client_id, name, description, kind, token_format, grant_types, redirect_uris, post_logout_redirect_uris,
       access_token_ttl_seconds, custom_claims, require_consent, created_at, updated_at)
     SELECT id, "clientId", name, description, kind, "tokenFormat", ARRAY(SELECT jsonb_array_elements_text(grants)),
       ARRAY(SELECT jsonb_array_elements_text(redirects)), '{}', ttl, claims, consent, at, at
     FROM jsonb_to_recordset($1::jsonb) AS r(id uuid, "clientId" text, name text, description text, kind text, "tokenFormat" text,
       grants jsonb, redirects jsonb, ttl int, claims jsonb, consent boolean, at timestamptz)
     ON CONFLICT DO NOTHING RETURNING client_id AS key`,
    SAMPLE_CLIENTS.map((client) => ({
      id: uuidv7(ctx.now),
      at: ctx.now,
      clientId: client.clientId,
      name: client.name,
      description: client.description,
      kind: client.kind,
      tokenFormat: client.tokenFormat,
      grants: grantTypesOf(client.kind),
      redirects: sampleRedirectUris(client),
      ttl: client.accessTokenTtlSeconds,
      claims: client.customClaims,
      consent: client.requireConsent,
    })),
  );
  const pairs = <Kind extends "audiences" | "permissions" | "groups">(kind: Kind) =>
    SAMPLE_CLIENTS.flatMap((client) =>
      client[kind]
        .filter((name) => clients.has(client.clientId) || directory[kind].has(name))
        .map((name) => ({ client: client.clientId, name })),
    );
  for (const [kind, source, link] of [
    ["audiences", "audience", "client_audience (client_id, audience_id)"],
    ["permissions", "permission", "client_permission (client_id, permission_id)"],
    ["groups", "user_group", "group_client (client_id, group_id)"],
  ] as const)
    await addRows(
      tx,
      `INSERT INTO ${link} SELECT c.id, o.id FROM jsonb_to_recordset($1::jsonb) AS r(client text, name text)
       JOIN client c ON c.client_id = r.client JOIN ${source} o ON o.name = r.name
       ON CONFLICT DO NOTHING RETURNING client_id::text AS key`,
      pairs(kind),
    );

  const secrets = Object.entries(completed.credentials.clientSecrets)
    .filter(([clientId]) => clients.has(clientId) || completed.newClientSecrets.has(clientId))
    .map(([client, secret]) => ({
      id: uuidv7(ctx.now),
      at: ctx.now,
      client,
      hash: hashSecret(secret).toString("hex"),
      hint: secret.slice(-4),
    }));
  await tx.query(
    `DELETE FROM client_secret WHERE client_id IN
       (SELECT c.id FROM client c JOIN jsonb_to_recordset($1::jsonb) AS r(client text) ON r.client = c.client_id)`,
    [JSON.stringify(secrets)],
  );
  await addRows(
    tx,
    `INSERT INTO client_secret (id, client_id, secret_hash, hint, created_at)
     SELECT r.id, c.id, decode(r.hash, 'hex'), r.hint, r.at
     FROM jsonb_to_recordset($1::jsonb) AS r(id uuid, client text, hash text, hint text, at timestamptz)
     JOIN client c ON c.client_id = r.client RETURNING id::text AS key`,
    secrets,
  );
  return clients;
}
