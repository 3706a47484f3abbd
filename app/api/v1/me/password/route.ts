import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { changePassword } from "#lib/admins/change-password.ts";
import { changePasswordInput } from "#lib/admins/input.ts";

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/me/password",
  summary: "Sets the asking admin's password, who shows the one they have; their other sessions end",
  permission: "signed-in",
  stepUp: "own-factors",
  refusals: [429],
  body: changePasswordInput,
  response: z.object({ endedSessions: z.int() }),
  handler: (ctx, { body }) => changePassword(ctx, body),
});
