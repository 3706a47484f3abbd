import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { numberParams } from "#app/_lib/schemas/incidents.ts";
import { instant } from "#app/_lib/schemas/paging.ts";
import { listReissues } from "#lib/incidents/list-reissues.ts";
import { readOnRecord } from "#lib/incidents/record-look.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/incidents/{number}/reissues",
  summary:
    "Lists the newest 50 secrets that were given anew in a case, by their last characters; the look is on record",
  permission: "incident:read",
  params: numberParams,
  response: z.object({
    rows: z.array(
      z.object({ clientId: z.string(), client: z.string(), hint: z.string(), at: instant, by: z.string() }),
    ),
  }),
  handler: async (ctx, { params }) => ({ rows: await readOnRecord(ctx, params.number, listReissues) }),
});
