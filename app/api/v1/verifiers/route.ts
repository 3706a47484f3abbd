import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { verifierDetail, verifierListRow } from "#app/_lib/schemas/verifiers.ts";
import { createVerifier } from "#lib/verifiers/create-verifier.ts";
import { createVerifierInput } from "#lib/verifiers/input.ts";
import { listVerifiers } from "#lib/verifiers/list-verifiers.ts";
import { VERIFIERS_TABLE } from "#lib/verifiers/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/verifiers",
  summary: "Lists verifiers",
  permission: "verifier:read",
  list: VERIFIERS_TABLE,
  response: pageOf(verifierListRow).extend({
    troubled: z.object({ silent: z.int(), behind: z.int(), old_version: z.int() }),
  }),
  handler: (ctx, { list }) => listVerifiers(ctx, list),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/verifiers",
  summary: "Registers a resource server or gateway; its secret is in this answer alone",
  permission: "verifier:write",
  body: createVerifierInput,
  status: 201,
  location: ({ verifier }) => `/api/v1/verifiers/${verifier.id}`,
  shownOnce: ["secret"],
  response: z.object({ verifier: verifierDetail, secret: z.string() }),
  handler: (ctx, { body }) => createVerifier(ctx, body),
});
