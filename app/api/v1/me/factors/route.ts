import { defineRoute } from "#app/_lib/define-route.ts";
import { factors } from "#app/_lib/schemas/factors.ts";
import { listOwnFactors } from "#lib/passkeys/list-factors.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/me/factors",
  summary: "Lists with what the asking admin comes in: passkeys, authenticator app, recovery codes left",
  permission: "signed-in",
  refusals: [409],
  response: factors,
  handler: (ctx) => listOwnFactors(ctx),
});
