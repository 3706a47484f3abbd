import { defineRoute } from "#app/_lib/define-route.ts";
import { ruleOfClientParams, ruleSettings } from "#app/_lib/schemas/detections.ts";
import { tuneRuleInput } from "#lib/detections/input.ts";
import { tuneRule } from "#lib/detections/tune-rule.ts";

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/clients/{id}/detection-rules/{rule}",
  summary: "Tunes a detection rule for a client inside its bounds, or switches it off for it",
  description:
    "What is not named is the default. `version` is the one that was seen: 0 where nobody had tuned it.",
  permission: "detection:tune",
  params: ruleOfClientParams,
  body: tuneRuleInput,
  response: ruleSettings,
  handler: (ctx, { params, body }) => tuneRule(ctx, { ...body, rule: params.rule, clientId: params.id }),
});
