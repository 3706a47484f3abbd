import { z } from "zod";
import { rowId } from "../input/plain-text.ts";
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

/** The plan of a preview, carried by the change that it was made for. */
export const shortenInput = z.strictObject({
  planId: rowId,
  /** What the plan says is to be typed. */
  confirm: z.string().max(100, "must have at most 100 characters").optional(),
});
export type ShortenInput = z.output<typeof shortenInput>;

/** A preview asks for the plan that ends what outlives the change, or for the counts alone. */
export const wantsShortening = { shorten: z.boolean().default(false) };

export const previewClientInput = z.strictObject({ ...clientLifetimesInput, ...wantsShortening });
