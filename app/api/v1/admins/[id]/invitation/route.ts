import { defineRoute } from "#app/_lib/define-route.ts";
import { oneTimeLink } from "#app/_lib/schemas/admins.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { renewInvitation } from "#lib/admins/renew-invitation.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/admins/{id}/invitation",
  summary: "Gives an admin a new one-time link; password, second factor and sessions end",
  permission: "admin:write",
  runBy: "requester",
  stepUp: "roles",
  params: idParams,
  shownOnce: ["url"],
  response: oneTimeLink,
  handler: (ctx, { params }) => renewInvitation(ctx, { adminId: params.id }),
});
