import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { lookAlike } from "#app/_lib/schemas/admins.ts";
import { compareAddress } from "#lib/admins/compare-address.ts";
import { compareAddressInput } from "#lib/admins/input.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/admins/look-alike",
  summary:
    "Says whether an e-mail address is an admin's, or is read as one's, before anybody is invited under it",
  permission: "admin:read",
  query: compareAddressInput,
  response: z.object({
    isTaken: z.boolean().describe("An admin has this very address, in whatever case."),
    looksLike: lookAlike.nullable(),
  }),
  handler: (ctx, { query }) => compareAddress(ctx, query),
});
