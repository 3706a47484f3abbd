import { defineRoute } from "#app/_lib/define-route.ts";
import { detectionDetail } from "#app/_lib/schemas/detections.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { caseOfDetectionInput } from "#lib/detections/input.ts";
import { openCaseOfDetection } from "#lib/detections/open-case-of-detection.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/detections/{id}/case",
  summary: "Turns a detection into a case, or puts it into one that is there",
  description:
    "`incident` is the number of the case that it is put into; without it one is opened on what it is found of. It needs `incident:write` as well.",
  permission: "detection:write",
  params: idParams,
  body: caseOfDetectionInput,
  response: detectionDetail,
  status: 201,
  location: ({ id }) => `/api/v1/detections/${id}`,
  handler: (ctx, { params, body }) => openCaseOfDetection(ctx, { ...body, id: params.id }),
});
