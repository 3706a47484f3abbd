import { z } from "zod";
import { declaredActs } from "#app/_lib/declared-acts.ts";
import { defineRoute } from "#app/_lib/define-route.ts";
import { explained } from "#app/_lib/schemas/access.ts";
import { allRoutes } from "#app/api/v1/_definitions.ts";
import { explainSubject } from "#lib/access/explain-access.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/access/api-tokens/{id}",
  summary:
    "Says what an API token may do and why: each permission, whether they have it, and what stands in the way",
  permission: "access:read",
  params: z.object({ id: z.string().max(64) }),
  response: explained,
  handler: (ctx, { params }) =>
    explainSubject(ctx, { kind: "api_token", id: params.id }, declaredActs(allRoutes())),
});
