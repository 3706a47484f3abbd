import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { importRows } from "#app/_lib/schemas/people-imports.ts";
import { listImportRows } from "#lib/people-imports/get-import.ts";
import { importRowsQuery } from "#lib/people-imports/input.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/people-imports/{id}/rows",
  summary: "Lists what an import does, row by row in the order of its file",
  permission: "user:read",
  params: idParams,
  query: importRowsQuery,
  response: importRows,
  handler: (ctx, { params, query }) => listImportRows(ctx, { ...params, ...query }),
});
