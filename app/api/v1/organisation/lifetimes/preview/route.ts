import { defineRoute } from "#app/_lib/define-route.ts";
import { lifetimePreview } from "#app/_lib/schemas/lifetimes.ts";
import { previewLifetimes } from "#lib/lifetimes/preview-change.ts";
import { previewOrganisationInput } from "#lib/organisation/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/organisation/lifetimes/preview",
  summary:
    "Counts the live tokens of all clients that outlive the organisation's lifetimes before they are saved",
  description:
    "Changes no token. With `shorten: true` the tokens are frozen for minutes, for whoever asked: `plan.id` goes as `shorten.planId` into the change itself, with the same lifetimes, and ends exactly these.",
  permission: "organisation:write",
  body: previewOrganisationInput,
  response: lifetimePreview,
  handler: (ctx, { body: { shorten, ...settings } }) =>
    previewLifetimes(ctx, { kind: "organisation", settings, shorten }),
});
