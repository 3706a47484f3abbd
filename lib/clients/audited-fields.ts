import { hash } from "node:crypto";
import { ownLifetimes } from "../lifetimes/model.ts";
import type { ClientDetail } from "./model.ts";

/** A name is kept while the key behind it becomes another: the digest of all its members tells. */
function keyInWords(key: Record<string, unknown>): string {
  const members = Object.entries(key).sort(([one], [other]) => (one < other ? -1 : 1));
  const digest = hash("sha256", JSON.stringify(members), "base64url").slice(0, 16);
  return [key.kid ?? "without kid", key.alg ?? key.kty, digest].join(" ");
}

/** What an audit entry tells of a client, under the names that the API has; ids as the names that people know. */
export function auditedFields(client: ClientDetail): Record<string, unknown> {
  return {
    name: client.name,
    description: client.description,
    contactEmail: client.contactEmail,
    tokenFormat: client.tokenFormat,
    redirectUris: client.redirectUris,
    postLogoutRedirectUris: client.postLogoutRedirectUris,
    ...ownLifetimes(client),
    audiences: client.audiences.map((audience) => audience.name),
    permissions: client.permissions.map((permission) => permission.name),
    groups: client.groups.map((group) => group.name),
    customClaims: client.customClaims,
    requireConsent: client.requireConsent,
    grantTypes: client.grantTypes,
    authMethod: client.authMethod,
    jwksUri: client.jwksUri,
    jwks: client.jwks === null ? null : client.jwks.keys.map(keyInWords),
    requireDpop: client.requireDpop,
    requirePar: client.requirePar,
  };
}
