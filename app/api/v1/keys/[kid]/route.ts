import { defineRoute } from "#app/_lib/define-route.ts";
import { keyDetail, kidParams } from "#app/_lib/schemas/keys.ts";
import { getKey } from "#lib/keys/get-key.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/keys/{kid}",
  summary: "Shows a signing key with its public half",
  permission: "key:read",
  params: kidParams,
  response: keyDetail,
  handler: (ctx, { params }) => getKey(ctx, params),
});
