import { defineRoute } from "#app/_lib/define-route.ts";
import { lifetimePreview } from "#app/_lib/schemas/lifetimes.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { previewAudienceInput } from "#lib/audiences/input.ts";
import { previewLifetimes } from "#lib/lifetimes/preview-change.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/audiences/{id}/lifetimes/preview",
  summary: "Counts the live access tokens that outlive what an audience is to take, before it is saved",
  description:
    "Changes no token. With `shorten: true` the tokens are frozen for minutes, for whoever asked: `plan.id` goes as `shorten.planId` into the change itself, with the same lifetimes, and ends exactly these.",
  permission: "audience:write",
  params: idParams,
  body: previewAudienceInput,
  response: lifetimePreview,
  handler: (ctx, { params, body: { shorten, ...settings } }) =>
    previewLifetimes(ctx, { kind: "audience", id: params.id, settings, shorten }),
});
