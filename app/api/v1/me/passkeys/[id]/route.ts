import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { passkeyRow } from "#app/_lib/schemas/factors.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { renamePasskeyInput } from "#lib/passkeys/input.ts";
import { removePasskey } from "#lib/passkeys/remove-passkey.ts";
import { renamePasskey } from "#lib/passkeys/rename-passkey.ts";

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/me/passkeys/{id}",
  summary: "Renames a passkey of the asking admin",
  permission: "signed-in",
  params: idParams,
  body: renamePasskeyInput,
  response: passkeyRow,
  handler: (ctx, { params, body }) => renamePasskey(ctx, { ...body, ...params }),
});

export const DELETE = defineRoute({
  method: "DELETE",
  path: "/api/v1/me/passkeys/{id}",
  summary: "Removes a passkey of the asking admin, never the last way in; their other sessions end",
  permission: "signed-in",
  stepUp: "own-factors",
  params: idParams,
  response: z.object({ removed: z.uuid() }),
  handler: (ctx, { params }) => removePasskey(ctx, params),
});
