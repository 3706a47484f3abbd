import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { instant } from "#app/_lib/schemas/paging.ts";
import { getSealCoverage } from "#lib/seals/get-seal-coverage.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/seal-coverage",
  summary: "Shows how far the evidence is sealed, and the newest signed checkpoint",
  description:
    "Whoever keeps checkpoints elsewhere, one JWS a line, gives them to `npx tokenwarden audit verify --checkpoints`: a log whose end was cut off, or that was put back to an older state, shows by them.",
  permission: "audit:read",
  response: z.object({
    sealedUntil: instant.nullable(),
    checkpoint: z.object({ number: z.int(), at: instant, kid: z.string(), jws: z.string() }).nullable(),
    isOverdue: z.boolean(),
  }),
  handler: (ctx) => getSealCoverage(ctx),
});
