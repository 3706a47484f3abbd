import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { createOwner } from "#lib/admins/create-owner.ts";
import { createOwnerInput } from "#lib/admins/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/setup/owner",
  summary: "Makes the first owner with the set-up link",
  permission: "public",
  refusals: [410],
  body: createOwnerInput,
  status: 201,
  location: () => "/sign-in",
  response: z.object({ adminId: z.uuid() }),
  handler: (ctx, { body }) => createOwner(ctx, body, keyWrapper()),
});
