import { z } from "zod";
import { CLIENT_KINDS, CLIENT_STATES } from "#lib/clients/model.ts";
import { TTL_CLAMPS, TTL_SOURCES } from "#lib/lifetimes/model.ts";
import { ownLifetimes } from "./lifetimes.ts";
import { instant } from "./paging.ts";

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
  accessTokenTtl: z.object({
    seconds: z.int(),
    source: z.enum(TTL_SOURCES),
    clampedBy: z.enum(TTL_CLAMPS).nullable(),
  }),
  audiences: z.array(audience),
  liveTokens: z.int().nullable(),
  createdAt: instant,
});

export const clientDetail = clientRow.extend({
  grantTypes: z.array(z.string()),
  redirectUris: z.array(z.string()),
  postLogoutRedirectUris: z.array(z.string()),
  ...ownLifetimes,
  customClaims: z.record(z.string(), z.unknown()),
  requireConsent: z.boolean(),
  permissions: z.array(z.object({ id: z.uuid(), name: z.string(), audience: z.string() })),
  groups: z.array(z.object({ id: z.uuid(), name: z.string() })),
  secrets: z.array(
    z.object({ id: z.uuid(), hint: z.string(), createdAt: instant, expiresAt: instant.nullable() }),
  ),
  liveTokens: z.int(),
  liveAccessTokens: z.int(),
  liveRefreshTokens: z.int(),
  disabledAt: instant.nullable(),
  updatedAt: instant,
  version: z.int(),
});
