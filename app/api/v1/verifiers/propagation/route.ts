import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { instant } from "#app/_lib/schemas/paging.ts";
import { verifierPropagation } from "#app/_lib/schemas/propagation.ts";
import { listVerifierStandings } from "#lib/propagation/list-standings.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/verifiers/propagation",
  summary: "Tells how every verifier stands in the feed now: in step, behind, silent, on an old version",
  permission: "verifier:read",
  response: z.object({ headPosition: z.string(), at: instant, rows: z.array(verifierPropagation) }),
  handler: (ctx) => listVerifierStandings(ctx),
});
