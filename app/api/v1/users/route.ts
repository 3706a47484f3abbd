import { defineRoute } from "#app/_lib/define-route.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { userDetail, userRow } from "#app/_lib/schemas/users.ts";
import { createUser } from "#lib/users/create-user.ts";
import { createUserInput } from "#lib/users/input.ts";
import { listUsers } from "#lib/users/list-users.ts";
import { USERS_TABLE } from "#lib/users/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/users",
  summary: "Lists users",
  permission: "user:read",
  list: USERS_TABLE,
  response: pageOf(userRow),
  handler: (ctx, { list }) => listUsers(ctx, list),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/users",
  summary: "Adds a user",
  permission: "user:write",
  body: createUserInput,
  status: 201,
  location: ({ id }) => `/api/v1/users/${id}`,
  response: userDetail,
  handler: (ctx, { body }) => createUser(ctx, body),
});
