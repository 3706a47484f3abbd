import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { importDetail } from "#app/_lib/schemas/people-imports.ts";
import { putImportPart } from "#lib/people-imports/create-import.ts";
import { importPartInput } from "#lib/people-imports/input.ts";

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/people-imports/{id}/parts",
  summary: "Keeps a part of an import's file, until it is compared",
  description:
    "Parts are numbered from 1, of 128 KiB each but the last. The same part again takes the first one's place.",
  permission: "user:write",
  params: idParams,
  body: importPartInput,
  response: importDetail,
  handler: (ctx, { params, body }) => putImportPart(ctx, { ...params, ...body }),
});
