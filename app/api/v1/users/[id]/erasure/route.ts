import { defineRoute } from "#app/_lib/define-route.ts";
import { erasure } from "#app/_lib/schemas/erasures.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { beginErasure } from "#lib/erasures/begin-erasure.ts";
import { getErasure } from "#lib/erasures/get-erasure.ts";
import { beginErasureInput } from "#lib/erasures/input.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/users/{id}/erasure",
  summary: "Shows how far the erasure of a user's personal data is, or what it erased",
  permission: "user:read",
  params: idParams,
  response: erasure,
  handler: (ctx, { params }) => getErasure(ctx, { userId: params.id }),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/users/{id}/erasure",
  summary: "Asks for a user's personal data to be erased; a worker does it, and nothing takes it back",
  description:
    "The user has to be disabled, without a live token, and in no case that is not closed. What stays of uses and acts goes on to be proved by its seals. Not reached: exports that were downloaded, streams to SIEMs, mails that were sent, backups.",
  permission: "user:erase",
  stepUp: "retention",
  params: idParams,
  body: beginErasureInput,
  status: 201,
  location: ({ userId }) => `/api/v1/users/${userId}/erasure`,
  response: erasure,
  handler: (ctx, { params, body }) => beginErasure(ctx, { ...body, userId: params.id }),
});
