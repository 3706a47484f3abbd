import { defineRoute } from "#app/_lib/define-route.ts";
import { organisation } from "#app/_lib/schemas/organisation.ts";
import { getOrganisation } from "#lib/organisation/get-organisation.ts";
import { updateOrganisationInput } from "#lib/organisation/input.ts";
import { updateOrganisation } from "#lib/organisation/update-organisation.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/organisation",
  summary: "Reads the organisation's lifetimes and bounds",
  permission: "organisation:read",
  response: organisation,
  handler: (ctx) => getOrganisation(ctx),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/organisation",
  summary: "Changes the organisation's name, lifetimes and bounds; `version` is the one that was read",
  permission: "organisation:write",
  stepUp: {
    kind: "sign-in",
    where:
      "how long people stay signed in changes; `bulk` where shortening lifetimes ends more than 100 tokens",
  },
  refusals: [404, 410],
  body: updateOrganisationInput,
  response: organisation,
  handler: (ctx, { body }) => updateOrganisation(ctx, body),
});
