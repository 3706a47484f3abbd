import { defineRoute } from "#app/_lib/define-route.ts";
import { approvalPolicy } from "#app/_lib/schemas/approvals.ts";
import { changePolicy } from "#lib/approvals/change-policy.ts";
import { getPolicy } from "#lib/approvals/get-policy.ts";
import { changePolicyInput } from "#lib/approvals/input.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/approval-policy",
  summary: "Shows which acts want a second person, and whether any does yet",
  permission: "approval:read",
  response: approvalPolicy,
  handler: (ctx) => getPolicy(ctx),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/approval-policy",
  summary: "Changes which acts want a second person",
  description:
    "Nothing waits before there are two owners who can sign in. While anything waits, a change of this does.",
  permission: "approval-policy:write",
  stepUp: "approvals",
  body: changePolicyInput,
  response: approvalPolicy,
  handler: (ctx, { body }) => changePolicy(ctx, body),
});
