import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { tablePreferencesInput } from "#lib/preferences/input.ts";
import { readTablePreferences } from "#lib/preferences/read-table-preferences.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/me/tables",
  summary: "Shows how the caller likes their tables, by the table's name; others are as they come",
  permission: "signed-in",
  response: z.record(z.string(), tablePreferencesInput),
  handler: async (ctx) =>
    readTablePreferences(ctx) as Promise<Record<string, z.output<typeof tablePreferencesInput>>>,
});
