import { defineRoute } from "#app/_lib/define-route.ts";
import { exportDetail } from "#app/_lib/schemas/exports.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { getExport } from "#lib/exports/get-export.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/exports/{id}",
  summary: "Tells how far one of the caller's own exports has come, and how it ended",
  permission: "signed-in",
  params: idParams,
  response: exportDetail,
  handler: (ctx, { params }) => getExport(ctx, params.id),
});
