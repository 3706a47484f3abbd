import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { findNetworks } from "#lib/places/find-networks.ts";

const MOST = 50;

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/networks",
  summary: "Finds networks of the internet by number or name",
  description:
    "Autonomous systems whose number begins with the text, or whose holder's name has it in it. What the filters by network take. Nothing of it is the organisation's own: it is read from the data that comes with the product, which is of the day `networksOf`.",
  permission: "token:read",
  query: z.object({
    q: z.string().max(100).default(""),
    size: z.coerce.number().int().min(1).max(MOST).default(8),
  }),
  response: z.object({
    rows: z.array(z.object({ network: z.string(), name: z.string() })),
    networksOf: z.string().nullable(),
  }),
  handler: async (ctx, { query }) => findNetworks(ctx, { text: query.q, size: query.size }),
});
