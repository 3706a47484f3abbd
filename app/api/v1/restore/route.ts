import { defineRoute } from "#app/_lib/define-route.ts";
import { openRestore } from "#app/_lib/schemas/restore.ts";
import { getRestore } from "#lib/restore/get-restore.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/restore",
  summary:
    "Shows the restore of the database that waits to be confirmed, with what is lost by it; null for none",
  description:
    "While one waits, this console answers nothing but this, its confirmation and the way to sign in, and every authority answers 503.",
  permission: "overview:read",
  response: openRestore,
  handler: async (ctx) => ({ restore: await getRestore(ctx) }),
});
