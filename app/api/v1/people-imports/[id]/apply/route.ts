import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { importDetail } from "#app/_lib/schemas/people-imports.ts";
import { applyImport } from "#lib/people-imports/apply-import.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/people-imports/{id}/apply",
  summary: "Applies a compared import, whole or not at all",
  description:
    "Refused with 409 where something that it is about has changed since. Refused rows are left out, as they were shown.",
  permission: "user:write",
  params: idParams,
  response: importDetail,
  handler: (ctx, { params }) => applyImport(ctx, params),
});
