import { ownLifetimes } from "../lifetimes/model.ts";
import type { ClientDetail } from "./model.ts";

/** What an audit entry tells of a client, under the names that the API has; ids as the names that people know. */
export function auditedFields(client: ClientDetail): Record<string, unknown> {
  return {
    name: client.name,
    description: client.description,
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
    jwks:
      client.jwks === null
        ? null
        : client.keys.map(({ kid, kty, alg }) => [kid ?? "without kid", alg ?? kty].join(" ")),
    requireDpop: client.requireDpop,
    requirePar: client.requirePar,
  };
}
