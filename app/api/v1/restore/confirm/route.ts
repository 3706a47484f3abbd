import { defineRoute } from "#app/_lib/define-route.ts";
import { confirmedRestore } from "#app/_lib/schemas/restore.ts";
import { confirmRestore } from "#lib/restore/confirm-restore.ts";
import { confirmRestoreInput } from "#lib/restore/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/restore/confirm",
  summary: "Confirms that the database was restored from an older dump: everything is served again",
  description:
    "`revokesTokens` ends all tokens that were issued until now: which of them had been revoked since the dump, nobody knows. Without it those work again.",
  permission: "restore:confirm",
  stepUp: "bulk",
  body: confirmRestoreInput,
  response: confirmedRestore,
  refusals: [404],
  handler: (ctx, { body }) => confirmRestore(ctx, body),
});
