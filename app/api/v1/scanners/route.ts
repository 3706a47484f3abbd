import { defineRoute } from "#app/_lib/define-route.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { createdScanner, scannerDetail } from "#app/_lib/schemas/scanners.ts";
import { pageOfShort } from "#lib/list-query/short-list.ts";
import { createScanner } from "#lib/scanners/create-scanner.ts";
import { createScannerInput } from "#lib/scanners/input.ts";
import { listScanners } from "#lib/scanners/list-scanners.ts";
import { SCANNERS_TABLE } from "#lib/scanners/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/scanners",
  summary: "Lists the secret scanners that may report leaked values",
  permission: "incident:read",
  list: SCANNERS_TABLE,
  response: pageOf(scannerDetail),
  handler: async (ctx, { list }) =>
    pageOfShort(SCANNERS_TABLE, list, await listScanners(ctx), ({ name }) => name),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/scanners",
  summary: "Lets a scanner report leaked values to the authority; its secret is in this answer alone",
  permission: "scanner:write",
  body: createScannerInput,
  status: 201,
  location: ({ scanner }) => `/api/v1/scanners/${scanner.id}`,
  shownOnce: ["secret"],
  response: createdScanner,
  handler: (ctx, { body }) => createScanner(ctx, body),
});
