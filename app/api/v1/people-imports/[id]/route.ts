import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { importDetail } from "#app/_lib/schemas/people-imports.ts";
import { getImport } from "#lib/people-imports/get-import.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/people-imports/{id}",
  summary: "Shows one of the caller's own imports, or one that was applied",
  permission: "user:read",
  params: idParams,
  response: importDetail,
  handler: (ctx, { params }) => getImport(ctx, params),
});
