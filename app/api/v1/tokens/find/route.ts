import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { instant } from "#app/_lib/schemas/paging.ts";
import { findPurgedToken } from "#lib/retention/find-purged-token.ts";
import { findToken } from "#lib/tokens/find-token.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/tokens/find",
  summary: "Finds a token by its id or by the SHA-256 of its value",
  description:
    "Never send a token's value: hash it where it was pasted. With `hash` beside an id, `isSameValue` says whether the value on record has it: false where a signature was rewritten. `left` says that the token has left the register with its week, and when.",
  permission: "token:read",
  query: z.object({
    by: z.string().regex(/^[0-9A-Fa-f-]{32,64}$/, "is neither an id nor 64 hex digits"),
    hash: z
      .string()
      .regex(/^[0-9A-Fa-f]{64}$/, "is not 64 hex digits")
      .optional(),
  }),
  response: z.object({
    token: z.object({ id: z.string(), isSameValue: z.boolean().nullable() }).nullable(),
    left: z.object({ week: z.iso.date(), leftAt: instant }).nullable(),
  }),
  handler: async (ctx, { query }) => {
    const token = await findToken(ctx, query.by, query.hash);
    const purged = token === null ? await findPurgedToken(ctx, query.by.toLowerCase()) : null;
    return { token, left: purged === null ? null : { week: purged.week, leftAt: purged.leftAt } };
  },
});
