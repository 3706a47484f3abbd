import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { getOutbound } from "#app/_lib/outbound.ts";
import { clientDetail, clientRow } from "#app/_lib/schemas/clients.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { createClient } from "#lib/clients/create-client.ts";
import { createClientInput } from "#lib/clients/input.ts";
import { listClients } from "#lib/clients/list-clients.ts";
import { CLIENTS_TABLE } from "#lib/clients/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/clients",
  summary: "Lists clients",
  permission: "client:read",
  list: CLIENTS_TABLE,
  response: pageOf(clientRow),
  handler: (ctx, { list }) => listClients(ctx, list),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/clients",
  summary: "Registers a client; its secret, where it gets one, is in this answer alone",
  permission: "client:write",
  body: createClientInput,
  status: 201,
  location: ({ client }) => `/api/v1/clients/${client.id}`,
  shownOnce: ["secret"],
  response: z.object({ client: clientDetail, secret: z.string().nullable() }),
  handler: (ctx, { body }) => createClient(ctx, body, { outbound: getOutbound() }),
});
