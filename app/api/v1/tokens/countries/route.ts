import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { total } from "#app/_lib/schemas/paging.ts";
import { listCountries } from "#lib/tokens/list-countries.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/tokens/countries",
  summary: "Lists the countries that tokens were issued to",
  description:
    "With how many, the most frequent first. A country is that of the address at issue, by the authority's country database; `unknown` is what it does not know, and what was issued before places were recorded.",
  permission: "token:read",
  response: z.object({ rows: z.array(z.object({ country: z.string(), tokens: total })) }),
  handler: async (ctx) => ({ rows: await listCountries(ctx) }),
});
