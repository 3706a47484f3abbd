import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { acceptInvitation } from "#lib/admins/accept-invitation.ts";
import { acceptInvitationInput } from "#lib/admins/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/setup/invitation",
  summary: "Enrols an invited admin with their link",
  permission: "public",
  refusals: [410],
  body: acceptInvitationInput,
  status: 201,
  location: () => "/sign-in",
  response: z.object({ adminId: z.uuid() }),
  handler: (ctx, { body }) => acceptInvitation(ctx, body, keyWrapper()),
});
