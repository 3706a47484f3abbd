import { defineRoute } from "#app/_lib/define-route.ts";
import { providerMeans } from "#app/_lib/provider-means.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { signInProviderRow } from "#app/_lib/schemas/sign-in.ts";
import { pageOfShort } from "#lib/list-query/short-list.ts";
import { createProvider } from "#lib/sign-in-providers/create-provider.ts";
import { createProviderInput } from "#lib/sign-in-providers/input.ts";
import { listProviders } from "#lib/sign-in-providers/list-providers.ts";
import { SIGN_IN_PROVIDERS_TABLE } from "#lib/sign-in-providers/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/sign-in-providers",
  summary: "Lists the OpenID Connect providers that admins sign in by",
  permission: "sign-in:read",
  list: SIGN_IN_PROVIDERS_TABLE,
  response: pageOf(signInProviderRow),
  handler: async (ctx, { list }) =>
    pageOfShort(SIGN_IN_PROVIDERS_TABLE, list, await listProviders(ctx), ({ name }) => name),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/sign-in-providers",
  summary: "Lets admins sign in by an OpenID Connect provider, whose metadata and keys are read first",
  description:
    "Register `<console>/api/auth/callback/<id>` as its redirect address; the id is in the answer, or give one of your own, a UUID of version 7 of today, to register it before. The client secret is kept wrapped and never answered.",
  permission: "sign-in:write",
  runBy: "requester",
  stepUp: "sign-in",
  body: createProviderInput,
  status: 201,
  location: ({ id }) => `/api/v1/sign-in-providers/${id}`,
  response: signInProviderRow,
  handler: (ctx, { body }) => createProvider(ctx, body, providerMeans()),
});
