import { defineRoute } from "#app/_lib/define-route.ts";
import { detectionRow } from "#app/_lib/schemas/detections.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { listDetections } from "#lib/detections/list-detections.ts";
import { detectionsTable } from "#lib/detections/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/detections",
  summary: "Lists what was found unusual, with its evidence in words",
  permission: "detection:read",
  list: detectionsTable,
  response: pageOf(detectionRow),
  handler: (ctx, { list }) => listDetections(ctx, list),
});
