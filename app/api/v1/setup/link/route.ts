import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { instant } from "#app/_lib/schemas/paging.ts";
import { inspectSetupLinkInput } from "#lib/admins/input.ts";
import { inspectSetupLink } from "#lib/admins/inspect-setup-link.ts";
import { ROLES } from "#lib/authz/roles.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/setup/link",
  summary: "Says what a one-time link is for, without using it",
  permission: "public",
  refusals: [410],
  body: inspectSetupLinkInput,
  response: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("owner"), expiresAt: instant }),
    z.object({
      kind: z.literal("admin"),
      expiresAt: instant,
      email: z.string(),
      name: z.string(),
      role: z.enum(ROLES),
    }),
  ]),
  handler: (ctx, { body }) => inspectSetupLink(ctx, body),
});
