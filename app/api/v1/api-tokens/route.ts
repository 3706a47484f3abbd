import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { apiTokenRow } from "#app/_lib/schemas/api-tokens.ts";
import { createApiToken } from "#lib/api-tokens/create-api-token.ts";
import { createApiTokenInput } from "#lib/api-tokens/input.ts";
import { listApiTokens } from "#lib/api-tokens/list-api-tokens.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/api-tokens",
  summary: "Lists every API token, never a value",
  permission: "api-token:read",
  response: z.object({ rows: z.array(apiTokenRow) }),
  handler: async (ctx) => ({ rows: await listApiTokens(ctx) }),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/api-tokens",
  summary: "Makes an API token; its value is in this answer alone",
  permission: "api-token:write",
  stepUp: "api-tokens",
  runBy: "requester",
  body: createApiTokenInput,
  status: 201,
  response: z.object({ id: z.uuid(), token: z.string(), row: apiTokenRow }),
  handler: (ctx, { body }) => createApiToken(ctx, body),
});
