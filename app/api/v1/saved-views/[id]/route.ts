import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { savedView } from "#app/_lib/schemas/views.ts";
import { deleteView } from "#lib/views/delete-view.ts";
import { getView } from "#lib/views/get-view.ts";
import { updateViewInput } from "#lib/views/input.ts";
import { updateView } from "#lib/views/update-view.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/saved-views/{id}",
  summary: "Reads a saved view, the caller's own or a shared one",
  permission: "signed-in",
  params: idParams,
  response: savedView,
  handler: (ctx, { params }) => getView(ctx, { viewId: params.id }),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/saved-views/{id}",
  summary:
    "Changes a saved view; `version` is the one that was read, another one's change is refused with 409",
  description: "Its owner may; a shared one also governors and owners.",
  permission: "signed-in",
  params: idParams,
  body: updateViewInput,
  response: savedView,
  handler: (ctx, { params, body }) => updateView(ctx, { ...body, viewId: params.id }),
});

export const DELETE = defineRoute({
  method: "DELETE",
  path: "/api/v1/saved-views/{id}",
  summary: "Deletes a saved view",
  description: "Its owner may; a shared one also governors and owners.",
  permission: "signed-in",
  params: idParams,
  response: z.object({ id: z.string() }),
  versioned: true,
  handler: (ctx, { params, seenVersion }) => deleteView(ctx, { viewId: params.id, version: seenVersion }),
});
