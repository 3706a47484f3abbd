import { z } from "zod";
import { idParams, instant } from "./paging.ts";

/** Its value is in the answer that made it, nowhere else. `lastUsedAt` is true to the minute. */
export const secretRef = z.object({
  id: z.uuid(),
  hint: z.string(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
});

export const secretParams = idParams.extend({ secretId: z.uuid("is not an id").toLowerCase() });
