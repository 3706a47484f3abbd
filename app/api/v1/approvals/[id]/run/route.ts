import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { getApproval } from "#lib/approvals/get-approval.ts";
import { runApproved } from "#lib/approvals/run-approved.ts";
import { DomainError } from "#lib/errors.ts";
import { runStoredBy } from "../../../_approvals/run-stored.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/approvals/{id}/run",
  summary: "Does what was approved for the asker, once, and answers what the act itself answers",
  description:
    "For acts whose answer holds a secret, or is fetched by who asked. Sending the very same request again does the same. What held a secret itself is not kept: it can only be sent again (409 here).",
  permission: "approval:read",
  params: idParams,
  refusals: [410],
  response: z.object({ result: z.unknown() }),
  // whatever was approved: it may be a secret
  shownOnce: ["result"],
  handler: async (ctx, { params, request }) => {
    const { isKept, may } = await getApproval(ctx, params);
    if (may.run && !isKept)
      throw new DomainError(
        "CONFLICT",
        "What was asked for held a secret and is not kept: send the very same request again.",
      );
    return { result: await runApproved(ctx, params, runStoredBy(request)) };
  },
});
