import { z } from "zod";
import { declaredActs } from "#app/_lib/declared-acts.ts";
import { defineRoute } from "#app/_lib/define-route.ts";
import { whoMay } from "#app/_lib/schemas/access.ts";
import { allRoutes } from "#app/api/v1/_definitions.ts";
import { explainAct } from "#lib/access/explain-access.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/access/acts/{id}",
  summary: "Says who may do one act, and why: every admin and API token, disabled ones too",
  description: "`id` is the `operationId` of an act that this document describes.",
  permission: "access:read",
  params: z.object({ id: z.string().max(120) }),
  response: whoMay,
  handler: (ctx, { params }) => explainAct(ctx, { actId: params.id }, declaredActs(allRoutes())),
});
