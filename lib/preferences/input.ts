import { z } from "zod";
import type { TablePreferences } from "./model.ts";

const columnId = z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,39}$/, "is no column's id");
const COLUMNS_MAX = 50;
const TOO_MANY = `must have at most ${COLUMNS_MAX} entries`;

const isSmall = (value: object) => Object.keys(value).length <= COLUMNS_MAX;

export const tablePreferencesInput = z.strictObject({
  hidden: z.record(columnId, z.boolean()).refine(isSmall, TOO_MANY),
  sizes: z.record(columnId, z.number().min(20).max(2_000)).refine(isSmall, TOO_MANY),
  density: z.enum(["comfortable", "compact"]),
}) satisfies z.ZodType<TablePreferences>;

/** The same as it was kept once: with what is no preference any more, which is left out. */
export const keptTablePreferences = z.object(tablePreferencesInput.shape);
