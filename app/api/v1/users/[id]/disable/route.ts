import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { userDetail } from "#app/_lib/schemas/users.ts";
import { disableUser } from "#lib/users/disable-user.ts";
import { disableUserInput } from "#lib/users/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/users/{id}/disable",
  summary: "Shuts a user out, revokes every token they hold, and says what goes on",
  permission: "user:disable",
  params: idParams,
  body: disableUserInput,
  response: z.object({
    user: userDetail,
    orderId: z.uuid(),
    revokedTokens: z.int(),
    remaining: z.array(z.object({ subject: z.string(), until: z.string().nullable() })),
  }),
  handler: (ctx, { params, body }) => disableUser(ctx, { ...body, userId: params.id }),
});
