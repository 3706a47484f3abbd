import { defineRoute } from "#app/_lib/define-route.ts";
import { getOutbound } from "#app/_lib/outbound.ts";
import { clientDetail } from "#app/_lib/schemas/clients.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { fetchClientKeys } from "#lib/clients/fetch-client-keys.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/clients/{id}/fetch-keys",
  summary:
    "Fetches a client's public keys from its address, to see that it can be done; what came of it is in `keyFetch`",
  permission: "client:write",
  params: idParams,
  response: clientDetail,
  handler: (ctx, { params }) => fetchClientKeys(ctx, { clientId: params.id }, { outbound: getOutbound() }),
});
