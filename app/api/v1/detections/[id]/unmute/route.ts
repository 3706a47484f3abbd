import { defineRoute } from "#app/_lib/define-route.ts";
import { detectionDetail } from "#app/_lib/schemas/detections.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { endMute } from "#lib/detections/end-mute.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/detections/{id}/unmute",
  summary: "Ends the mute of a detection before its time",
  permission: "detection:write",
  params: idParams,
  response: detectionDetail,
  handler: (ctx, { params }) => endMute(ctx, params.id),
});
