import { defineRoute } from "#app/_lib/define-route.ts";
import { lifetimePreview } from "#app/_lib/schemas/lifetimes.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { previewClientInput } from "#lib/lifetimes/input.ts";
import { previewLifetimes } from "#lib/lifetimes/preview-change.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/clients/{id}/lifetimes/preview",
  summary:
    "Counts the live tokens that outlive lifetimes before they are saved; without any, those that outlive the present ones",
  description:
    "Changes no token. With `shorten: true` the tokens are frozen for minutes, for whoever asked: `plan.id` goes as `shorten.planId` into the change itself, with the same lifetimes, and ends exactly these.",
  permission: "client:write",
  params: idParams,
  body: previewClientInput,
  response: lifetimePreview,
  handler: (ctx, { params, body: { shorten, ...settings } }) =>
    previewLifetimes(ctx, { kind: "client", id: params.id, settings, shorten }),
});
