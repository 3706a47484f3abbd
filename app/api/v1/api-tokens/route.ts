import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { apiTokenRow } from "#app/_lib/schemas/api-tokens.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { createApiToken } from "#lib/api-tokens/create-api-token.ts";
import { createApiTokenInput } from "#lib/api-tokens/input.ts";
import { listApiTokens } from "#lib/api-tokens/list-api-tokens.ts";
import { API_TOKENS_TABLE } from "#lib/api-tokens/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/api-tokens",
  summary: "Lists API tokens, never a value",
  permission: "api-token:read",
  list: API_TOKENS_TABLE,
  response: pageOf(apiTokenRow),
  handler: (ctx, { list }) => listApiTokens(ctx, list),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/api-tokens",
  summary: "Makes an API token; its value is in this answer alone",
  description:
    "Without `expiresInSeconds` it ends after 90 days. Null: it lasts until it is revoked, which one that acts unattended may not; that one lasts a year at most. One that acts unattended does by itself what a person is asked again for, but for who may use this console and how they sign in: that waits for a person, unless it only shuts somebody out.",
  permission: "api-token:write",
  stepUp: "api-tokens",
  runBy: "requester",
  body: createApiTokenInput,
  status: 201,
  location: ({ id }) => `/api/v1/api-tokens/${id}`,
  shownOnce: ["token"],
  response: z.object({ id: z.uuid(), token: z.string(), row: apiTokenRow }),
  handler: (ctx, { body }) => createApiToken(ctx, body),
});
