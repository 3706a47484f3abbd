import { defineRoute } from "#app/_lib/define-route.ts";
import { providerMeans } from "#app/_lib/provider-means.ts";
import { issuerCheck } from "#app/_lib/schemas/sign-in.ts";
import { testIssuer } from "#lib/sign-in-providers/check-issuer.ts";
import { testIssuerInput } from "#lib/sign-in-providers/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/sign-in-providers/test",
  summary: "Reads an issuer's metadata and keys, as saving a provider does, and tells what is there",
  permission: "sign-in:write",
  body: testIssuerInput,
  response: issuerCheck,
  handler: (ctx, { body }) => testIssuer(ctx, body, providerMeans()),
});
