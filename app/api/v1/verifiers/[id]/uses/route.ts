import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams, instant } from "#app/_lib/schemas/paging.ts";
import { getVerifierUses } from "#lib/verifiers/get-verifier-uses.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/verifiers/{id}/uses",
  summary:
    "Counts what a verifier let in and refused in the last 24 hours, hour by hour; null where it cannot be counted in time",
  permission: "verifier:read",
  params: idParams,
  response: z.object({
    uses: z
      .object({
        allowed: z.int(),
        refused: z.int(),
        refusals: z.record(z.string(), z.int()),
        hours: z.array(z.object({ at: instant, allowed: z.int(), refused: z.int() })),
      })
      .nullable(),
  }),
  handler: async (ctx, { params }) => ({ uses: await getVerifierUses(ctx, { verifierId: params.id }) }),
});
