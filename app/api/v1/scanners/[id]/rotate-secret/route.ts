import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { createdScanner } from "#app/_lib/schemas/scanners.ts";
import { rotateScannerSecretInput } from "#lib/scanners/input.ts";
import { rotateScannerSecret } from "#lib/scanners/rotate-scanner-secret.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/scanners/{id}/rotate-secret",
  summary: "Gives a scanner a new secret, in this answer alone; earlier ones end after `overlapSeconds`",
  permission: "scanner:write",
  params: idParams,
  body: rotateScannerSecretInput,
  shownOnce: ["secret"],
  response: createdScanner,
  handler: (ctx, { params, body }) => rotateScannerSecret(ctx, { ...body, scannerId: params.id }),
});
