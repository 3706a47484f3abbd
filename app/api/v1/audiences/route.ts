import { defineRoute } from "#app/_lib/define-route.ts";
import { audienceRow } from "#app/_lib/schemas/audiences.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { createAudience } from "#lib/audiences/create-audience.ts";
import { createAudienceInput } from "#lib/audiences/input.ts";
import { listAudiences } from "#lib/audiences/list-audiences.ts";
import { AUDIENCES_TABLE } from "#lib/audiences/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/audiences",
  summary: "Lists audiences",
  permission: "audience:read",
  list: AUDIENCES_TABLE,
  response: pageOf(audienceRow),
  handler: (ctx, { list }) => listAudiences(ctx, list),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/audiences",
  summary: "Registers an application that accepts tokens, with its permissions",
  permission: "audience:write",
  body: createAudienceInput,
  status: 201,
  location: ({ id }) => `/api/v1/audiences/${id}`,
  response: audienceRow,
  handler: (ctx, { body }) => createAudience(ctx, body),
});
