import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { openApiDocument } from "#app/_lib/openapi.ts";
import { allRoutes } from "../_definitions.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/openapi.json",
  summary: "Describes this API in OpenAPI 3.1",
  permission: "public",
  response: z.record(z.string(), z.unknown()),
  handler: async () => openApiDocument(allRoutes()),
});
