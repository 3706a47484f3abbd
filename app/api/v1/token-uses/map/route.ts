import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { useMapOfLog } from "#app/_lib/schemas/audit.ts";
import { getUseMap } from "#lib/audit/get-use-map.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/token-uses/map",
  summary: "Says from which countries and networks something was used",
  description:
    "Takes the filters of the list of uses, and its time range as the histogram has it. Of the newest 20,000 uses that match, by outcome; `map` is null where reading them takes over two seconds. Countries are as they were written beside each use, networks as they are announced on the day `networksOf`.",
  permission: "audit:read",
  list: tokenUsesTable,
  response: z.object({ map: useMapOfLog.nullable() }),
  handler: async (ctx, { list }) => ({ map: await getUseMap(ctx, list.filters) }),
});
