import { defineRoute } from "#app/_lib/define-route.ts";
import { emergencyPlan, kidParams } from "#app/_lib/schemas/keys.ts";
import { planEmergency } from "#lib/keys/plan-emergency.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/keys/{kid}/emergency-plan",
  summary: "Plans an emergency: whose tokens end with a key, what signs instead, what stays open until when",
  description: "Changes no key. The plan holds for minutes, for whoever made it.",
  permission: "key:revoke",
  params: kidParams,
  response: emergencyPlan,
  status: 201,
  handler: (ctx, { params }) => planEmergency(ctx, params),
});
