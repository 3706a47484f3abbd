import { defineRoute } from "#app/_lib/define-route.ts";
import { rulesOfClient } from "#app/_lib/schemas/detections.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { listRuleSettings } from "#lib/detections/list-rule-settings.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/clients/{id}/detection-rules",
  summary: "Shows what each detection rule holds for usual of a client",
  permission: "detection:read",
  params: idParams,
  response: rulesOfClient,
  handler: async (ctx, { params }) => ({ rules: await listRuleSettings(ctx, params.id) }),
});
