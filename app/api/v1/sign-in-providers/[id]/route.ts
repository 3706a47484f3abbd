import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { providerMeans } from "#app/_lib/provider-means.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { signInProviderRow } from "#app/_lib/schemas/sign-in.ts";
import { updateProviderInput } from "#lib/sign-in-providers/input.ts";
import { getProvider } from "#lib/sign-in-providers/list-providers.ts";
import { removeProvider } from "#lib/sign-in-providers/remove-provider.ts";
import { updateProvider } from "#lib/sign-in-providers/update-provider.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/sign-in-providers/{id}",
  summary: "Reads one provider: who comes in by it and as what, never its secret",
  permission: "sign-in:read",
  params: idParams,
  response: signInProviderRow,
  handler: (ctx, { params }) => getProvider(ctx, { providerId: params.id }),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/sign-in-providers/{id}",
  summary:
    "Changes one provider; `version` is the one that was read. A change of who comes in and as what ends the sessions that it opened",
  permission: "sign-in:write",
  runBy: "requester",
  stepUp: "sign-in",
  params: idParams,
  body: updateProviderInput,
  response: signInProviderRow,
  handler: (ctx, { params, body }) =>
    updateProvider(ctx, { ...body, providerId: params.id }, providerMeans()),
});

export const DELETE = defineRoute({
  method: "DELETE",
  path: "/api/v1/sign-in-providers/{id}",
  summary: "Removes a disabled provider with the links of its people",
  permission: "sign-in:write",
  stepUp: "sign-in",
  params: idParams,
  refusals: [409],
  response: z.object({ removed: z.literal(true) }),
  handler: (ctx, { params }) => removeProvider(ctx, { providerId: params.id }),
});
