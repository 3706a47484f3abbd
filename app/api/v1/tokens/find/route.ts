import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { findToken } from "#lib/tokens/find-token.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/tokens/find",
  summary: "Finds a token by its id or by the SHA-256 of its value",
  description:
    "Never send a token's value: hash it where it was pasted. With `hash` beside an id, `isSameValue` says whether the value on record has it: false where a signature was rewritten.",
  permission: "token:read",
  query: z.object({
    by: z.string().regex(/^[0-9A-Fa-f-]{32,64}$/, "is neither an id nor 64 hex digits"),
    hash: z
      .string()
      .regex(/^[0-9A-Fa-f]{64}$/, "is not 64 hex digits")
      .optional(),
  }),
  response: z.object({ token: z.object({ id: z.string(), isSameValue: z.boolean().nullable() }).nullable() }),
  handler: async (ctx, { query }) => ({ token: await findToken(ctx, query.by, query.hash) }),
});
