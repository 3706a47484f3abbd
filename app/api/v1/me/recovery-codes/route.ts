import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { makeRecoveryCodes } from "#lib/recovery-codes/make-recovery-codes.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/me/recovery-codes",
  summary: "Makes ten recovery codes, which are in this answer alone; those from before stop working",
  permission: "signed-in",
  stepUp: "own-factors",
  status: 201,
  location: () => "/api/v1/me/factors",
  shownOnce: ["codes"],
  response: z.object({ codes: z.array(z.string()) }),
  handler: (ctx) => makeRecoveryCodes(ctx),
});
