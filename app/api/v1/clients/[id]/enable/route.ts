import { defineRoute } from "#app/_lib/define-route.ts";
import { clientDetail } from "#app/_lib/schemas/clients.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { enableClient } from "#lib/clients/enable-client.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/clients/{id}/enable",
  summary: "Lets a disabled client get tokens again",
  permission: "client:write",
  params: idParams,
  response: clientDetail,
  handler: (ctx, { params }) => enableClient(ctx, { clientId: params.id }),
});
