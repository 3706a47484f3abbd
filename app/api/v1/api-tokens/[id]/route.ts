import { defineRoute } from "#app/_lib/define-route.ts";
import { apiTokenDetail, apiTokenRow } from "#app/_lib/schemas/api-tokens.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { getApiToken } from "#lib/api-tokens/get-api-token.ts";
import { updateApiTokenInput } from "#lib/api-tokens/input.ts";
import { updateApiToken } from "#lib/api-tokens/update-api-token.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/api-tokens/{id}",
  summary: "Reads one API token, never its value, and what would end with it",
  permission: "api-token:read",
  params: idParams,
  response: apiTokenDetail,
  handler: (ctx, { params }) => getApiToken(ctx, { apiTokenId: params.id }),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/api-tokens/{id}",
  summary: "Changes an API token's name or networks, with its next request; its role stays",
  permission: "api-token:write",
  stepUp: "api-tokens",
  params: idParams,
  body: updateApiTokenInput,
  response: apiTokenRow,
  handler: (ctx, { params, body }) => updateApiToken(ctx, { ...body, apiTokenId: params.id }),
});
