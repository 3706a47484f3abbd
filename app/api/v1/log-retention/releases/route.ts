import { defineRoute } from "#app/_lib/define-route.ts";
import { releasedDay } from "#app/_lib/schemas/log-retention.ts";
import { releaseUseDayInput } from "#lib/log-retention/input.ts";
import { releaseUseDay } from "#lib/log-retention/release-use-day.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/log-retention/releases",
  summary: "Lets a day leave the log in its time though its evidence does not hold",
  description:
    "A day is verified before it leaves; one that does not hold stays, and what is younger with it (`heldDay`). Whoever lets it go says why, on record with what was found. Refused with 409 where the last verification of the whole day did not find it broken.",
  permission: "retention:write",
  stepUp: "retention",
  body: releaseUseDayInput,
  response: releasedDay,
  handler: (ctx, { body }) => releaseUseDay(ctx, body),
});
