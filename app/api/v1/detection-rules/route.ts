import { defineRoute } from "#app/_lib/define-route.ts";
import { detectionRules } from "#app/_lib/schemas/detections.ts";
import { listRules } from "#lib/detections/list-rules.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/detection-rules",
  summary: "Lists the rules with their thresholds, defaults and bounds",
  permission: "detection:read",
  response: detectionRules,
  handler: async (ctx) => ({ rules: listRules(ctx) }),
});
