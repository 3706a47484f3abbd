import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { importDetail } from "#app/_lib/schemas/people-imports.ts";
import { compareImport } from "#lib/people-imports/compare-import.ts";
import { compareImportInput } from "#lib/people-imports/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/people-imports/{id}/compare",
  summary: "Reads an import's file and compares it with the register",
  description:
    "Changes nothing. `parts` is in how many the file was sent: one that has not come is asked for. A file that cannot be read, or has more than 20,000 rows, is refused as a whole.",
  permission: "user:write",
  params: idParams,
  body: compareImportInput,
  response: importDetail,
  handler: (ctx, { params, body }) => compareImport(ctx, { ...params, ...body }),
});
