import { defineRoute } from "#app/_lib/define-route.ts";
import { scannerDetail } from "#app/_lib/schemas/scanners.ts";
import { secretParams } from "#app/_lib/schemas/secrets.ts";
import { revokeScannerSecret } from "#lib/scanners/revoke-scanner-secret.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/scanners/{id}/secrets/{secretId}/revoke",
  summary: "Ends one secret of a scanner at once; its others go on",
  permission: "scanner:write",
  params: secretParams,
  response: scannerDetail,
  handler: (ctx, { params }) => revokeScannerSecret(ctx, { scannerId: params.id, secretId: params.secretId }),
});
