import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { savedView } from "#app/_lib/schemas/views.ts";
import { LIST_NAMES } from "#lib/lists/model.ts";
import { saveViewInput } from "#lib/views/input.ts";
import { listViews } from "#lib/views/list-views.ts";
import { OWN_VIEWS_MAX, SHARED_VIEWS_MAX } from "#lib/views/model.ts";
import { saveView } from "#lib/views/save-view.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/saved-views",
  summary: "Lists the caller's own views of a list, and the shared ones",
  description: `All of them, by name: nobody keeps more than ${OWN_VIEWS_MAX} of a list, and ${SHARED_VIEWS_MAX} of it are shared.`,
  permission: "signed-in",
  query: z.object({ list: z.enum(LIST_NAMES) }),
  response: z.object({ rows: z.array(savedView).max(OWN_VIEWS_MAX + SHARED_VIEWS_MAX) }),
  handler: async (ctx, { query }) => ({ rows: await listViews(ctx, query.list) }),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/saved-views",
  summary: "Keeps a list's filters, order and columns under a name, for oneself or shared",
  description: "`query` holds filters and order as the list's own parameters.",
  permission: "signed-in",
  body: saveViewInput,
  status: 201,
  location: ({ id }) => `/api/v1/saved-views/${id}`,
  response: savedView,
  handler: (ctx, { body }) => saveView(ctx, body),
});
