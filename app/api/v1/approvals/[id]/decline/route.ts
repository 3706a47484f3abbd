import { defineRoute } from "#app/_lib/define-route.ts";
import { approvalDetail } from "#app/_lib/schemas/approvals.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { decline } from "#lib/approvals/decline.ts";
import { decideInput } from "#lib/approvals/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/approvals/{id}/decline",
  summary: "Declines what another person asked for: it is not done",
  permission: "approval:decide",
  params: idParams,
  body: decideInput,
  refusals: [410],
  response: approvalDetail,
  handler: (ctx, { params, body }) => decline(ctx, { ...body, id: params.id }),
});
