import { z } from "zod";
import {
  CLIENT_LIFETIME_KEYS,
  type ClientLifetimeKey,
  LIFETIMES,
  TTL_CLAMPS,
  TTL_SOURCES,
} from "#lib/lifetimes/model.ts";
import { instant } from "./paging.ts";

/** The lifetime of a client's next access token, and what decided it. */
export const effectiveTtl = z.object({
  seconds: z.int(),
  source: z.enum(TTL_SOURCES),
  clampedBy: z.enum(TTL_CLAMPS).nullable(),
});

/** A client's own lifetimes in seconds; null takes the organisation's. */
export const ownLifetimes = {
  ...(Object.fromEntries(CLIENT_LIFETIME_KEYS.map((key) => [key, z.int().nullable()])) as Record<
    ClientLifetimeKey,
    z.ZodNullable<z.ZodInt>
  >),
  rotatesRefreshTokens: z.boolean().nullable(),
};

const count = z.int().min(0);

export const lifetimePreview = z.object({
  access: count,
  refresh: count,
  isExact: z.boolean(),
  clients: count,
  over: count,
  endsAt: instant.nullable(),
  expiresAt: instant.nullable(),
  sentences: z.array(z.string()),
  plan: z
    .object({
      id: z.uuid(),
      expiresAt: instant,
      tokens: count,
      ends: z.array(z.object({ at: instant.nullable(), tokens: count })),
      needsOwner: z.boolean(),
      confirm: z.string().nullable(),
      secondPerson: z.string().nullable(),
    })
    .nullable(),
});

const signInEnds = z.object({
  accessEndsAt: instant.nullable(),
  refreshEndsAt: instant.nullable(),
  unusedEndsAt: instant,
  latestEndsAt: instant,
  signOnEndsAt: instant.nullable(),
  endedBy: z.object({ orderId: z.uuid(), at: instant, target: z.string() }).nullable(),
});

export const lifetimesExplanation = z.object({
  at: instant,
  client: z.object({ id: z.uuid(), clientId: z.string(), name: z.string(), kind: z.string() }),
  user: z.object({ id: z.uuid(), email: z.string() }).nullable(),
  audience: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  accessTokenTtl: effectiveTtl,
  lifetimes: z.array(
    z.object({
      key: z.enum(LIFETIMES),
      name: z.string(),
      seconds: z.int(),
      says: z.string(),
      steps: z.array(
        z.object({
          who: z.string(),
          as: z.enum(["default", "least", "most"]),
          seconds: z.int().nullable(),
          outcome: z.enum(["wins", "limits", "overruled", "within", "unset"]),
        }),
      ),
    }),
  ),
  rotation: z.object({ rotates: z.boolean(), says: z.string() }).nullable(),
  ifNow: signInEnds.nullable(),
  why: z.string().nullable(),
  signIns: z.array(signInEnds.extend({ familyId: z.uuid(), signedInAt: instant, isSuspended: z.boolean() })),
});
