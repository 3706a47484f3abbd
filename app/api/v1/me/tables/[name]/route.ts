import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { tablePreferencesInput } from "#lib/preferences/input.ts";
import { saveTablePreferences } from "#lib/preferences/save-table-preferences.ts";

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/me/tables/{name}",
  summary: "Keeps how the caller likes a table: hidden columns, widths, density",
  permission: "signed-in",
  params: z.object({ name: z.string().max(40) }),
  body: tablePreferencesInput,
  response: tablePreferencesInput,
  handler: (ctx, { params, body }) => saveTablePreferences(ctx, { table: params.name, value: body }),
});
