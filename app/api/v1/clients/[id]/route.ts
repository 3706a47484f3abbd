import { defineRoute } from "#app/_lib/define-route.ts";
import { getOutbound } from "#app/_lib/outbound.ts";
import { clientDetail } from "#app/_lib/schemas/clients.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { getClient } from "#lib/clients/get-client.ts";
import { updateClientInput } from "#lib/clients/input.ts";
import { updateClient } from "#lib/clients/update-client.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/clients/{id}",
  summary: "Reads one client",
  permission: "client:read",
  params: idParams,
  response: clientDetail,
  handler: (ctx, { params }) => getClient(ctx, { clientId: params.id }),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/clients/{id}",
  summary: "Changes one client; `version` is the one that was read, another one's change is refused with 409",
  permission: "client:write",
  stepUp: {
    kind: "bulk",
    where: "shortening lifetimes ends more than 100 tokens",
  },
  params: idParams,
  refusals: [410],
  body: updateClientInput,
  response: clientDetail,
  handler: (ctx, { params, body }) =>
    updateClient(ctx, { ...body, clientId: params.id }, { outbound: getOutbound() }),
});
