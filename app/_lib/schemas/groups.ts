import { z } from "zod";
import { instant } from "./paging.ts";

export const groupRow = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  memberCount: z.int(),
  clientCount: z.int(),
  permissionCount: z.int(),
  permissionNames: z.array(z.string()),
  createdAt: instant,
});

export const groupDetail = groupRow.extend({
  permissions: z.array(
    z.object({ id: z.uuid(), name: z.string(), audience: z.string(), description: z.string() }),
  ),
  clients: z.array(z.object({ id: z.uuid(), clientId: z.string(), name: z.string() })),
  version: z.int(),
});
