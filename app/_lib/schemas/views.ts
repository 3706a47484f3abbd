import { z } from "zod";
import { instant } from "#app/_lib/schemas/paging.ts";
import { LIST_NAMES } from "#lib/lists/model.ts";

export const savedView = z.object({
  id: z.string(),
  list: z.enum(LIST_NAMES),
  name: z.string(),
  query: z.string(),
  hiddenColumns: z.array(z.string()).nullable(),
  isShared: z.boolean(),
  owner: z.object({ id: z.string(), name: z.string() }),
  mayChange: z.boolean(),
  version: z.int(),
  updatedAt: instant,
});
