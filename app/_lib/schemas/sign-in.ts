import { z } from "zod";
import { ROLES } from "#lib/authz/roles.ts";
import { instant } from "./paging.ts";

export const providerRef = z.object({ id: z.uuid(), name: z.string() });

export const signInProviderRow = z.object({
  id: z.uuid(),
  name: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  state: z.enum(["enabled", "disabled"]),
  scopes: z.array(z.string()),
  roleClaim: z.string(),
  roleRules: z.array(z.object({ value: z.string(), role: z.enum(ROLES) })),
  defaultRole: z.enum(ROLES).nullable(),
  createsAdmins: z.boolean(),
  acrValues: z.array(z.string()),
  requiredAcr: z.array(z.string()),
  requiredAmr: z.array(z.string()),
  maxAgeSeconds: z.int().nullable(),
  admins: z.int(),
  invited: z.int(),
  sessions: z.int(),
  lastSignInAt: instant.nullable(),
  createdAt: instant,
  updatedAt: instant,
  version: z.int(),
});

export const issuerCheck = z.object({
  issuer: z.string(),
  authorizationEndpoint: z.string(),
  tokenEndpoint: z.string(),
  hasUserinfo: z.boolean(),
  namesItself: z.boolean(),
  keys: z.int(),
  algorithms: z.array(z.string()),
  acrValues: z.array(z.string()),
});

const adminRef = z.object({ id: z.uuid(), name: z.string(), email: z.string() });

export const signInPolicy = z.object({
  localSignIn: z.boolean(),
  localOffAt: instant.nullable(),
  breakGlass: z.array(adminRef.extend({ isReady: z.boolean() })),
  breakGlassSignIns: z.array(z.object({ at: instant, admin: adminRef, ip: z.string().nullable() })),
  isProven: z.boolean(),
  stops: z
    .object({ apiTokens: z.int(), people: z.array(z.string()) })
    .describe(
      "What goes on no longer while it is off: people who have no other way in and are not named, by address, and their API tokens.",
    ),
  version: z.int(),
});
