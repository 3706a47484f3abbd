import { defineRoute } from "#app/_lib/define-route.ts";
import { detectionDetail } from "#app/_lib/schemas/detections.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { muteDetectionInput } from "#lib/detections/input.ts";
import { muteDetection } from "#lib/detections/mute-detection.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/detections/{id}/mute",
  summary: "Mutes a detection's rule about its token or its client until an instant, 90 days ahead at most",
  permission: "detection:write",
  params: idParams,
  body: muteDetectionInput,
  response: detectionDetail,
  handler: (ctx, { params, body }) => muteDetection(ctx, { ...body, id: params.id }),
});
