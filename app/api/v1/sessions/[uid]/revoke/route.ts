import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { revocationResult } from "#app/_lib/schemas/revocations.ts";
import { revocationInput, sessionUid } from "#lib/revocations/input.ts";
import { revokeSession } from "#lib/revocations/revoke-session.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/sessions/{uid}/revoke",
  summary: "Revokes all tokens of a sign-in session and ends it",
  description: "Idempotent: what has ended already stays as it is, and `wasPlaced` is false.",
  permission: "session:revoke",
  params: z.object({ uid: sessionUid }),
  body: revocationInput,
  response: revocationResult,
  handler: (ctx, { params, body }) => revokeSession(ctx, { id: params.uid, ...body }),
});
