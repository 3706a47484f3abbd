import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { providerMeans } from "#app/_lib/provider-means.ts";
import { signInProviderRow } from "#app/_lib/schemas/sign-in.ts";
import { createProvider } from "#lib/sign-in-providers/create-provider.ts";
import { createProviderInput } from "#lib/sign-in-providers/input.ts";
import { listProviders } from "#lib/sign-in-providers/list-providers.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/sign-in-providers",
  summary: "Lists the OpenID Connect providers that admins sign in by",
  permission: "sign-in:read",
  response: z.object({ rows: z.array(signInProviderRow) }),
  handler: async (ctx) => ({ rows: await listProviders(ctx) }),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/sign-in-providers",
  summary: "Lets admins sign in by an OpenID Connect provider, whose metadata and keys are read first",
  description:
    "Register `<console>/api/auth/callback/<id>` as its redirect address; the id is in the answer. The client secret is kept wrapped and never answered.",
  permission: "sign-in:write",
  runBy: "requester",
  stepUp: "sign-in",
  body: createProviderInput,
  status: 201,
  response: signInProviderRow,
  handler: (ctx, { body }) => createProvider(ctx, body, providerMeans()),
});
