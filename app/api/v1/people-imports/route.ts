import { defineRoute } from "#app/_lib/define-route.ts";
import { importDetail } from "#app/_lib/schemas/people-imports.ts";
import { createImport } from "#lib/people-imports/create-import.ts";
import { createImportInput } from "#lib/people-imports/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/people-imports",
  summary: "Begins an import of users or groups",
  description:
    "Put the CSV file's parts, compare, look at the rows, apply; within an hour, as the same admin or API token. What the caller had begun and not applied is over.",
  permission: "user:write",
  body: createImportInput,
  status: 201,
  location: ({ id }) => `/api/v1/people-imports/${id}`,
  response: importDetail,
  handler: (ctx, { body }) => createImport(ctx, body),
});
