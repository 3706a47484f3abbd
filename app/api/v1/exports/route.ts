import { defineRoute } from "#app/_lib/define-route.ts";
import { exportDetail } from "#app/_lib/schemas/exports.ts";
import { createExport } from "#lib/exports/create-export.ts";
import { createExportInput } from "#lib/exports/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/exports",
  summary: "Prepares an export of what a list's filters match",
  description:
    "Fetch its file within a minute: once, as the same admin or API token. `query` holds filters and order as the list's own parameters; the permission to read the list is needed too.",
  permission: "export:create",
  runBy: "requester",
  stepUp: "exports",
  body: createExportInput,
  status: 201,
  location: ({ id }) => `/api/v1/exports/${id}`,
  response: exportDetail,
  refusals: [429],
  handler: (ctx, { body }) => createExport(ctx, body),
});
