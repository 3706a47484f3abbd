import { defineRoute } from "#app/_lib/define-route.ts";
import { revocationPreview } from "#app/_lib/schemas/revocations.ts";
import { previewInput } from "#lib/revocations/input.ts";
import { previewRevocation } from "#lib/revocations/preview-revocation.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/revocations/preview",
  summary: "Says what revoking a target would do; changes nothing",
  permission: "order:read",
  refusals: [404],
  query: previewInput,
  response: revocationPreview,
  handler: (ctx, { query }) => previewRevocation(ctx, query),
});
