import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { createdScanner, scannerDetail } from "#app/_lib/schemas/scanners.ts";
import { createScanner } from "#lib/scanners/create-scanner.ts";
import { createScannerInput } from "#lib/scanners/input.ts";
import { listScanners } from "#lib/scanners/list-scanners.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/scanners",
  summary: "Lists the secret scanners that may report leaked values",
  permission: "incident:read",
  response: z.object({ rows: z.array(scannerDetail) }),
  handler: async (ctx) => ({ rows: await listScanners(ctx) }),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/scanners",
  summary: "Lets a scanner report leaked values to the authority; its secret is in this answer alone",
  permission: "scanner:write",
  body: createScannerInput,
  status: 201,
  response: createdScanner,
  handler: (ctx, { body }) => createScanner(ctx, body),
});
