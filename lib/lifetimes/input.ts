import { z } from "zod";
import { LIFETIME_RANGES } from "../organisation/model.ts";
import { CLIENT_LIFETIME_KEYS, type ClientLifetimeKey } from "./model.ts";

function seconds(key: ClientLifetimeKey) {
  const { min, max } = LIFETIME_RANGES[key];
  return z
    .int("must be a whole number of seconds")
    .min(min, `must be at least ${min} seconds`)
    .max(max, `must be at most ${max} seconds`)
    .nullable()
    .optional();
}

/** A client's own lifetimes, in seconds; null takes the organisation's. What is left out stays; of a new client it is the organisation's. */
export const clientLifetimesInput = {
  ...(Object.fromEntries(CLIENT_LIFETIME_KEYS.map((key) => [key, seconds(key)])) as Record<
    ClientLifetimeKey,
    ReturnType<typeof seconds>
  >),
  /** true replaces a refresh token at each use, false once half of its idle time has gone. */
  rotatesRefreshTokens: z.boolean().nullable().optional(),
};
