import { z } from "zod";
import { ROLES } from "../authz/roles.ts";
import { line, seenVersion } from "../input/plain-text.ts";
import { parseNetwork } from "../list-query/address.ts";
import {
  API_TOKEN_NAME_MAX,
  API_TOKEN_NETWORKS_MAX,
  API_TOKEN_TTL_DEFAULT,
  API_TOKEN_TTL_RANGE,
} from "./model.ts";

const network = z
  .string()
  .trim()
  .max(49, "is not an address or a network such as 10.0.0.0/8 or 2001:db8::/32")
  .transform((text, ctx) => {
    const parsed = parseNetwork(text);
    if (parsed !== null) return parsed;
    ctx.addIssue({
      code: "custom",
      message: "is not an address or a network such as 10.0.0.0/8 or 2001:db8::/32",
    });
    return z.NEVER;
  });

/** Addresses and CIDR ranges, each once; none lets it come from anywhere. */
const networks = z
  .array(network)
  .max(API_TOKEN_NETWORKS_MAX, `must have at most ${API_TOKEN_NETWORKS_MAX} entries`)
  .transform((given) => [...new Set(given)]);

export const createApiTokenInput = z.strictObject({
  name: line(API_TOKEN_NAME_MAX),
  role: z.enum(ROLES),
  /** Left out: 90 days. Null: it lasts until it is revoked, which no API token may that acts unattended. */
  expiresInSeconds: z
    .int("must be a whole number of seconds")
    .min(API_TOKEN_TTL_RANGE.min, `must be at least ${API_TOKEN_TTL_RANGE.min} seconds`)
    .max(API_TOKEN_TTL_RANGE.max, `must be at most ${API_TOKEN_TTL_RANGE.max} seconds`)
    .nullable()
    .default(API_TOKEN_TTL_DEFAULT),
  networks: networks.default([]),
  /** To do by itself what a person is asked again for. Without it such an act waits for a person's approval. */
  isUnattended: z.boolean().default(false),
});

/** `networks`, where given, is the whole list. A role is what a token was made with, and stays. */
export const updateApiTokenInput = z.strictObject({
  version: seenVersion,
  name: line(API_TOKEN_NAME_MAX).optional(),
  networks: networks.optional(),
});

export type UpdateApiTokenInput = z.output<typeof updateApiTokenInput>;
