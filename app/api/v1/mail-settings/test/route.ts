import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { getOutbound } from "#app/_lib/outbound.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { testMailInput } from "#lib/mail/input.ts";
import { testMail } from "#lib/mail/test-mail.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/mail-settings/test",
  summary: "Sends one marked test mail at once and tells what the server answered",
  permission: "mail-settings:write",
  body: testMailInput,
  refusals: [429],
  response: z.object({ isTaken: z.boolean(), answer: z.string() }),
  handler: (ctx, { body }) => testMail(ctx, body, { outbound: getOutbound(), wrapper: keyWrapper() }),
});
