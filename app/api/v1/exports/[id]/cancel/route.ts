import { defineRoute } from "#app/_lib/define-route.ts";
import { exportDetail } from "#app/_lib/schemas/exports.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { cancelExport } from "#lib/exports/cancel-export.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/exports/{id}/cancel",
  summary: "Cancels one of the caller's own exports",
  description: "The process that writes it stops within about a second; its file breaks off.",
  permission: "export:create",
  params: idParams,
  status: 202,
  location: ({ id }) => `/api/v1/exports/${id}`,
  response: exportDetail,
  handler: (ctx, { params }) => cancelExport(ctx, params.id),
});
