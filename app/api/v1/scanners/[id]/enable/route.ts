import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { scannerDetail } from "#app/_lib/schemas/scanners.ts";
import { switchScanner } from "#lib/scanners/switch-scanner.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/scanners/{id}/enable",
  summary: "Lets a scanner in again",
  permission: "scanner:write",
  params: idParams,
  response: scannerDetail,
  handler: (ctx, { params }) => switchScanner(ctx, { scannerId: params.id, isDisabled: false }),
});
