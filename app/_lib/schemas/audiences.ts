import { z } from "zod";
import { instant } from "./paging.ts";

export const audienceRow = z.object({
  id: z.uuid(),
  name: z.string(),
  title: z.string(),
  resourceUri: z.string(),
  accessTokenTtlMaxSeconds: z.int().nullable(),
  permissions: z.array(z.object({ id: z.uuid(), name: z.string(), description: z.string() })),
  clientCount: z.int(),
  verifierCount: z.int(),
  createdAt: instant,
  version: z.int(),
});
