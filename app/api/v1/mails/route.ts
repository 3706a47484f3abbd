import { defineRoute } from "#app/_lib/define-route.ts";
import { mailRow } from "#app/_lib/schemas/mail.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { listMails } from "#lib/mail/list-mails.ts";
import { MAILS_TABLE } from "#lib/mail/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/mails",
  summary: "Lists the outbox, newest first: whom mail went to and what became of it",
  permission: "organisation:read",
  list: MAILS_TABLE,
  response: pageOf(mailRow),
  handler: (ctx, { list }) => listMails(ctx, list),
});
