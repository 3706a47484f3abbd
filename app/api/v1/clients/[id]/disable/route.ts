import { defineRoute } from "#app/_lib/define-route.ts";
import { clientDetail } from "#app/_lib/schemas/clients.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { disableClient } from "#lib/clients/disable-client.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/clients/{id}/disable",
  summary: "Stops a client: it gets no token and its tokens are refused",
  permission: "client:write",
  params: idParams,
  response: clientDetail,
  handler: (ctx, { params }) => disableClient(ctx, { clientId: params.id }),
});
