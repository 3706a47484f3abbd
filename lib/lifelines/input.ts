import { z } from "zod";
import { tokenUsesTable } from "../audit/table.ts";
import { windowQuery } from "../incidents/input.ts";
import type { TimeValue } from "../list-query/define-table.ts";
import { parseFilterValue } from "../list-query/filter-value.ts";
import { LIFELINE_KINDS } from "./model.ts";

/** Whom to follow: by an id, or an address itself. */
export const lifelineParams = z.strictObject({
  kind: z.enum(LIFELINE_KINDS),
  id: z.string().max(64, "is too long"),
});

const time = z.string().transform((text, refused): TimeValue => {
  const parsed = parseFilterValue(tokenUsesTable.filters.at, [text]);
  if ("value" in parsed) return parsed.value as TimeValue;
  refused.addIssue({ code: "custom", message: "is no time: write within:7d or 2026-11-01..2026-11-02" });
  return z.NEVER;
});

/** `at`: the time looked at. `from`: where it is split, as a case's window would. */
export const lifelineQuery = windowQuery.extend({ at: time.optional() });
