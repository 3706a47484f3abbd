import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { scannerDetail } from "#app/_lib/schemas/scanners.ts";
import { updateScannerInput } from "#lib/scanners/input.ts";
import { getScanner } from "#lib/scanners/list-scanners.ts";
import { updateScanner } from "#lib/scanners/update-scanner.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/scanners/{id}",
  summary: "Reads one scanner: its policy, its secrets' hints, what it has reported",
  permission: "incident:read",
  params: idParams,
  response: scannerDetail,
  handler: (ctx, { params }) => getScanner(ctx, { scannerId: params.id }),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/scanners/{id}",
  summary:
    "Changes one scanner; `version` is the one that was read, another one's change is refused with 409",
  permission: "scanner:write",
  params: idParams,
  body: updateScannerInput,
  response: scannerDetail,
  handler: (ctx, { params, body }) => updateScanner(ctx, { ...body, scannerId: params.id }),
});
