import { defineRoute } from "#app/_lib/define-route.ts";
import { mailRow } from "#app/_lib/schemas/mail.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { sendAgain } from "#lib/mail/send-again.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/mails/{id}/send-again",
  summary: "Puts a mail that failed into the outbox again, as it is",
  permission: "incident:write",
  params: idParams,
  response: mailRow,
  handler: (ctx, { params }) => sendAgain(ctx, { mailId: params.id }),
});
