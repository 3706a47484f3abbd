import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { mailRow } from "#app/_lib/schemas/mail.ts";
import { mailsQuery } from "#lib/mail/input.ts";
import { listMails } from "#lib/mail/list-mails.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/mails",
  summary: "Lists the outbox, newest first: whom mail went to and what became of it",
  permission: "organisation:read",
  query: mailsQuery,
  response: z.object({ rows: z.array(mailRow), next: z.uuid().nullable() }),
  handler: (ctx, { query }) => listMails(ctx, query),
});
