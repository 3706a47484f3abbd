import { z } from "zod";

/** An instant in ISO 8601, UTC. */
export const instant = z.iso.datetime();

/** The `{id}` of a path. What is no id names nothing. */
export const idParams = z.object({ id: z.uuid("is not an id").toLowerCase() });

/** How many rows match; where it is not exact, at least so many. */
export const total = z.object({ value: z.int(), isExact: z.boolean() });

/** One page of a list: opaque cursors to its neighbours, and how many match. */
export function pageOf<Row extends z.ZodType>(row: Row) {
  return z.object({
    rows: z.array(row),
    next: z.string().nullable(),
    previous: z.string().nullable(),
    total,
  });
}
