import { z } from "zod";
import { instant } from "#app/_lib/schemas/paging.ts";
import { EXPORT_FORMATS, EXPORT_STATES } from "#lib/exports/model.ts";
import { LIST_NAMES } from "#lib/lists/model.ts";

export const exportDetail = z.object({
  id: z.string(),
  list: z.enum(LIST_NAMES),
  format: z.enum(EXPORT_FORMATS),
  query: z.string(),
  state: z.enum(EXPORT_STATES),
  rows: z.int(),
  bytes: z.int(),
  rowsMax: z
    .int()
    .nullable()
    .describe("As many rows as it may come to, of one that a second person approved; it is cut there."),
  total: z.object({ value: z.int(), isExact: z.boolean() }).nullable(),
  createdAt: instant,
  beganAt: instant.nullable(),
  endedAt: instant.nullable(),
  problem: z.string().nullable(),
});
