import { z } from "zod";
import { IMPORT_KINDS, IMPORT_OUTCOMES, IMPORT_STATES } from "#lib/people-imports/model.ts";
import { instant } from "./paging.ts";

const summary = z.object({
  created: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  refused: z.int(),
  added: z.int(),
  removed: z.int(),
  losing: z.int(),
});

export const importDetail = z.object({
  id: z.uuid(),
  kind: z.enum(IMPORT_KINDS),
  fileName: z.string(),
  state: z.enum(IMPORT_STATES),
  columns: z.array(z.string()),
  passedOver: z.array(z.string()),
  summary: summary.nullable(),
  createdAt: instant,
  expiresAt: instant,
  appliedAt: instant.nullable(),
  by: z.string(),
});

export const importRows = z.object({
  rows: z.array(
    z.object({
      line: z.int(),
      outcome: z.enum(IMPORT_OUTCOMES),
      key: z.string().nullable(),
      remark: z.string().nullable(),
      targetId: z.uuid().nullable(),
      given: z.record(z.string(), z.unknown()),
      before: z.record(z.string(), z.unknown()).nullable(),
    }),
  ),
  /** The line to go on after. */
  next: z.int().nullable(),
});
