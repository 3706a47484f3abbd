import { z } from "zod";
import { FINDING_CODES } from "#lib/client-findings/model.ts";
import { AUTH_METHODS, CLIENT_KINDS, CLIENT_STATES } from "#lib/clients/model.ts";
import { effectiveTtl, ownLifetimes } from "./lifetimes.ts";
import { instant } from "./paging.ts";
import { secretRef } from "./secrets.ts";

const audience = z.object({
  id: z.uuid(),
  name: z.string(),
  title: z.string(),
  accessTokenTtlMaxSeconds: z.int().nullable(),
});

export const clientRow = z.object({
  id: z.uuid(),
  clientId: z.string(),
  name: z.string(),
  description: z.string(),
  kind: z.enum(CLIENT_KINDS),
  tokenFormat: z.enum(["jwt", "opaque"]),
  state: z.enum(CLIENT_STATES),
  accessTokenTtl: effectiveTtl,
  audiences: z.array(audience),
  liveTokens: z.int().nullable(),
  findings: z.array(z.enum(FINDING_CODES)).nullable(),
  createdAt: instant,
});

const keyLine = z.object({ kid: z.string().nullable(), kty: z.string(), alg: z.string().nullable() });

export const clientDetail = clientRow.extend({
  contactEmail: z.string().nullable(),
  grantTypes: z.array(z.string()),
  redirectUris: z.array(z.string()),
  postLogoutRedirectUris: z.array(z.string()),
  ...ownLifetimes,
  customClaims: z.record(z.string(), z.unknown()),
  requireConsent: z.boolean(),
  permissions: z.array(z.object({ id: z.uuid(), name: z.string(), audience: z.string() })),
  groups: z.array(z.object({ id: z.uuid(), name: z.string() })),
  authMethod: z.enum(AUTH_METHODS),
  jwksUri: z.string().nullable(),
  jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).nullable(),
  keys: z.array(keyLine),
  keyFetch: z
    .object({
      triedAt: instant,
      fetchedAt: instant.nullable(),
      error: z.string().nullable(),
      keys: z.array(keyLine),
    })
    .nullable(),
  requireDpop: z.boolean(),
  requirePar: z.boolean(),
  secrets: z.array(secretRef),
  findings: z.array(z.object({ code: z.enum(FINDING_CODES), subjects: z.array(z.string()) })).nullable(),
  liveTokens: z.int(),
  liveAccessTokens: z.int(),
  liveRefreshTokens: z.int(),
  disabledAt: instant.nullable(),
  updatedAt: instant,
  version: z.int(),
});
