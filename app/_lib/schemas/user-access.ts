import { z } from "zod";
import { idParams, instant } from "./paging.ts";

export const userAccess = z.object({
  sessions: z.array(
    z.object({
      uid: z.string(),
      isSignedIn: z.boolean(),
      signedInAt: instant.nullable(),
      seenAt: instant.nullable(),
      ip: z.string().nullable(),
      country: z.string().nullable(),
      userAgent: z.string().nullable(),
      applications: z.array(z.string()),
      liveTokens: z.int(),
      until: instant.nullable(),
    }),
  ),
  sessionCount: z.int(),
  grants: z.array(
    z.object({
      client: z.object({ id: z.uuid(), clientId: z.string(), name: z.string() }),
      isAsked: z.boolean(),
      scopes: z.array(z.string()),
      permissions: z.array(z.string()),
      givenAt: instant.nullable(),
      lastUsedAt: instant.nullable(),
      liveTokens: z.int(),
      until: instant.nullable(),
    }),
  ),
});

/** Orders that were placed, and tokens that were live until then. */
export const endedAccess = z.object({ orders: z.int(), tokens: z.int() });

export const grantParams = idParams.extend({ clientId: z.uuid("is not an id").toLowerCase() });
