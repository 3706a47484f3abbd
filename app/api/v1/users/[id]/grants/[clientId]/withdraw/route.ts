import { defineRoute } from "#app/_lib/define-route.ts";
import { endedAccess, grantParams } from "#app/_lib/schemas/user-access.ts";
import { revocationInput } from "#lib/revocations/input.ts";
import { withdrawUserGrant } from "#lib/sign-on/withdraw-grant.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/users/{id}/grants/{clientId}/withdraw",
  summary: "Takes back what a user allows a client",
  description:
    "Ends every token that the client has of the user, on every device; it has to be allowed again. The user stays signed in. `clientId` is the client's id here, not its `client_id`.",
  permission: "family:revoke",
  params: grantParams,
  body: revocationInput,
  response: endedAccess,
  handler: (ctx, { params, body }) =>
    withdrawUserGrant(ctx, { userId: params.id, clientId: params.clientId, ...body }),
});
