import { defineRoute } from "#app/_lib/define-route.ts";
import { detectionDetail } from "#app/_lib/schemas/detections.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { getDetection } from "#lib/detections/get-detection.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/detections/{id}",
  summary: "Shows a detection, what it rests on and how its rule is set for its client",
  permission: "detection:read",
  params: idParams,
  response: detectionDetail,
  handler: (ctx, { params }) => getDetection(ctx, params.id),
});
