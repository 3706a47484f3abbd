import { z } from "zod";
import { CLIENT_LIFETIME_KEYS, type ClientLifetimeKey } from "#lib/lifetimes/model.ts";

/** A client's own lifetimes in seconds; null takes the organisation's. */
export const ownLifetimes = {
  ...(Object.fromEntries(CLIENT_LIFETIME_KEYS.map((key) => [key, z.int().nullable()])) as Record<
    ClientLifetimeKey,
    z.ZodNullable<z.ZodInt>
  >),
  rotatesRefreshTokens: z.boolean().nullable(),
};
