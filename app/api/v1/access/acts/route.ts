import { z } from "zod";
import { declaredActs } from "#app/_lib/declared-acts.ts";
import { defineRoute } from "#app/_lib/define-route.ts";
import { actRow } from "#app/_lib/schemas/access.ts";
import { allRoutes } from "#app/api/v1/_definitions.ts";
import { listActs } from "#lib/access/explain-access.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/access/acts",
  summary: "Lists every act, with the roles that may do it and what stands in the way",
  permission: "access:read",
  response: z.object({ rows: z.array(actRow) }),
  handler: async (ctx) => ({ rows: await listActs(ctx, declaredActs(allRoutes())) }),
});
