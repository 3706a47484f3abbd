import { defineRoute } from "#app/_lib/define-route.ts";
import { identifiedValues } from "#app/_lib/schemas/incidents.ts";
import { identifyValues } from "#lib/incidents/identify-values.ts";
import { identifyInput } from "#lib/incidents/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/leak-desk",
  summary: "Says what each of some leaked values is",
  description:
    "Never send a value: send the jti that it carries, the SHA-256 of it, or both. Answers come in the order of the question: ours and live, ours and `suspended` (refused now, until it is restored, the suspension ends, its client, verifier or scanner is enabled, or whoever made the API token can sign in again), ours and ended, ours by its id with another value (`differs`: cut, changed, or made up; the token is to be treated as leaked unless you know better, whatever its `state`), gone from the register with its week (`left`), or not ours (`foreign`). The SHA-256 of a client's secret is told as `secret`: `live` where it gets tokens, `suspended` where it gets none while the client is disabled, `ended` where it does not. That of an API token, or of a secret of a verifier or scanner, is told as `own`: `live` where it works, `suspended` where it is refused only while whose it is is disabled or cannot sign in, `ended` where it does not; no case takes it by the desk, so end it where it was made: `POST /api/v1/api-tokens/{ownerId}/revoke`, or `secrets/{secretId}/revoke` of the verifier or scanner, after `rotate-secret` where its service needs a new one (with an overlap, that alone leaves the old one working). `cases` names those that are not closed and hold the token or secret already. Changes nothing.",
  permission: "token:read",
  body: identifyInput,
  response: identifiedValues,
  handler: async (ctx, { body }) => ({ values: await identifyValues(ctx, body) }),
});
