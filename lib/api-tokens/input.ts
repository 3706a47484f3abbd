import { z } from "zod";
import { ROLES } from "../authz/roles.ts";
import { line } from "../input/plain-text.ts";
import { API_TOKEN_NAME_MAX, API_TOKEN_TTL_RANGE } from "./model.ts";

export const createApiTokenInput = z.strictObject({
  name: line(API_TOKEN_NAME_MAX),
  role: z.enum(ROLES),
  /** Left out: it lasts until it is revoked. */
  expiresInSeconds: z
    .int("must be a whole number of seconds")
    .min(API_TOKEN_TTL_RANGE.min, `must be at least ${API_TOKEN_TTL_RANGE.min} seconds`)
    .max(API_TOKEN_TTL_RANGE.max, `must be at most ${API_TOKEN_TTL_RANGE.max} seconds`)
    .optional(),
  /** To do by itself what a person is asked again for. Without it such an act waits for a person's approval. */
  isUnattended: z.boolean().default(false),
});
