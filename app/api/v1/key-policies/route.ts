import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { keyPolicy } from "#app/_lib/schemas/keys.ts";
import { listKeyPolicies } from "#lib/keys/list-key-policies.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/key-policies",
  summary: "Lists how often the key of each purpose is replaced by itself, and when next",
  permission: "key:read",
  response: z.object({ policies: z.array(keyPolicy) }),
  handler: async (ctx) => ({ policies: await listKeyPolicies(ctx) }),
});
