import { z } from "zod";
import { LIST_NAMES } from "../lists/model.ts";
import { EXPORT_FORMATS } from "./model.ts";

const EXPORT_QUERY_MAX = 4_000;

export const createExportInput = z.strictObject({
  list: z.enum(LIST_NAMES),
  format: z.enum(EXPORT_FORMATS),
  /** Filters and order as the list's own address has them: `state=active&client=billing&sort=-expires`. */
  query: z.string().max(EXPORT_QUERY_MAX, `must have at most ${EXPORT_QUERY_MAX} characters`).default(""),
});

export type CreateExportInput = z.output<typeof createExportInput>;
