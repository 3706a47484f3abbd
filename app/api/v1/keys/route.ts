import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { keyRow, rotationResult } from "#app/_lib/schemas/keys.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { rotateKeyInput } from "#lib/keys/input.ts";
import { listKeys } from "#lib/keys/list-keys.ts";
import { rotateKey } from "#lib/keys/rotate-key.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/keys",
  summary: "Lists the signing keys, by purpose, newest first",
  description: "All of them, those that were destroyed too. Private halves never leave.",
  permission: "key:read",
  response: z.object({ keys: z.array(keyRow) }),
  handler: async (ctx) => ({ keys: await listKeys(ctx) }),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/keys",
  summary:
    "Plans the rotation of a purpose: makes its next key, which signs when every cache of the JWKS can have it",
  description:
    "The new key is in the JWKS at once; `algorithm` may be another than that of the key that signs. It signs at `activatesAt`, at the earliest once the JWKS can be in no cache without it; the key before it then retires. One rotation of a purpose at a time: a second is refused with 409.",
  permission: "key:rotate",
  stepUp: "keys",
  body: rotateKeyInput,
  response: rotationResult,
  status: 201,
  location: ({ key }) => `/api/v1/keys/${key.kid}`,
  handler: (ctx, { body }) => rotateKey(ctx, keyWrapper(), body),
});
