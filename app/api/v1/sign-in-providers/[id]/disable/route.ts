import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { signInProviderRow } from "#app/_lib/schemas/sign-in.ts";
import { switchProvider } from "#lib/sign-in-providers/switch-provider.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/sign-in-providers/{id}/disable",
  summary: "Stops sign-in by a provider; the sessions that it opened end with it",
  permission: "sign-in:write",
  stepUp: "sign-in",
  shutsOut: true,
  params: idParams,
  refusals: [409],
  response: signInProviderRow,
  handler: (ctx, { params }) => switchProvider(ctx, { providerId: params.id, isDisabled: true }),
});
