import { defineRoute } from "#app/_lib/define-route.ts";
import { signInPolicy } from "#app/_lib/schemas/sign-in.ts";
import { changePolicyInput } from "#lib/sign-in-providers/input.ts";
import { changeSignInPolicy, getSignInPolicy } from "#lib/sign-in-providers/sign-in-policy.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/sign-in-policy",
  summary: "Tells whether admins sign in without a provider, and who may whatever is set",
  permission: "sign-in:read",
  response: signInPolicy,
  handler: (ctx) => getSignInPolicy(ctx),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/sign-in-policy",
  summary: "Turns sign-in without a provider off or on, and names the break-glass owners",
  permission: "sign-in:write",
  stepUp: "sign-in",
  body: changePolicyInput,
  refusals: [409],
  response: signInPolicy,
  handler: (ctx, { body }) => changeSignInPolicy(ctx, body),
});
