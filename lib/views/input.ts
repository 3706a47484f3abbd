import { z } from "zod";
import { line, seenVersion } from "../input/plain-text.ts";
import { LIST_NAMES } from "../lists/model.ts";
import { VIEW_COLUMNS_MAX, VIEW_NAME_MAX, VIEW_QUERY_MAX } from "./model.ts";

const name = line(VIEW_NAME_MAX);
const query = z.string().max(VIEW_QUERY_MAX, `must have at most ${VIEW_QUERY_MAX} characters`);
const hiddenColumns = z
  .array(z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,39}$/, "is no column's id"))
  .max(VIEW_COLUMNS_MAX, `must have at most ${VIEW_COLUMNS_MAX} entries`)
  .nullable();

export const saveViewInput = z.strictObject({
  list: z.enum(LIST_NAMES),
  name,
  query: query.default(""),
  hiddenColumns: hiddenColumns.default(null),
  isShared: z.boolean().default(false),
});

export const updateViewInput = z.strictObject({
  version: seenVersion,
  name: name.optional(),
  query: query.optional(),
  hiddenColumns: hiddenColumns.optional(),
  isShared: z.boolean().optional(),
});

export type SaveViewInput = z.output<typeof saveViewInput>;
export type UpdateViewInput = z.output<typeof updateViewInput>;
