import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { can, roleThatHolds } from "#lib/authz/require-permission.ts";
import { permissionsOf, ROLES } from "#lib/authz/roles.ts";
import { DomainError } from "#lib/errors.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/me",
  summary: "Says who is asking, and what they may",
  permission: "signed-in",
  response: z.object({
    kind: z.enum(["admin", "api_token"]),
    id: z.uuid(),
    name: z.string(),
    role: z
      .enum(ROLES)
      .nullable()
      .describe(
        "The one that holds now: of an API token, no more than its own and its creator's both allow. Null: none of the roles is what both allow; go by `permissions`.",
      ),
    permissions: z.array(z.string()).describe("What they may now."),
  }),
  handler: async (ctx) => {
    const { actor } = ctx;
    if (actor.kind !== "admin" && actor.kind !== "api_token")
      throw new DomainError("NOT_SIGNED_IN", "Sign in first.");
    const { kind, id, name } = actor;
    return {
      kind,
      id,
      name,
      role: roleThatHolds(actor),
      permissions: permissionsOf(actor.role).filter((one) => can(ctx, one)),
    };
  },
});
