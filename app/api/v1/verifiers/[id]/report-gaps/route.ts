import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams, instant } from "#app/_lib/schemas/paging.ts";
import { listReportGaps } from "#lib/reports/list-report-gaps.ts";
import { getVerifier } from "#lib/verifiers/get-verifier.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/verifiers/{id}/report-gaps",
  summary: "Lists the minutes in which a verifier told that it had lost reports of uses, newest first",
  description:
    "At most 1,000 minutes; `lost` counts all of them. What was lost is missing from the log, and was before the minute in which it was told.",
  permission: "audit:read",
  params: idParams,
  response: z.object({
    gaps: z.array(
      z.object({
        verifier: z.object({ id: z.string(), name: z.string() }),
        minute: instant,
        lost: z.int(),
      }),
    ),
    lost: z.int(),
  }),
  handler: async (ctx, { params }) => {
    const { id } = await getVerifier(ctx, { verifierId: params.id });
    return listReportGaps(ctx, { verifierId: id });
  },
});
