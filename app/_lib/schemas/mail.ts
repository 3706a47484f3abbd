import { z } from "zod";
import { MAIL_KINDS, MAIL_STATES, MAIL_TLS, RECIPIENT_KINDS } from "#lib/mail/model.ts";
import { instant } from "./paging.ts";

/** The password is in no answer. */
export const mailSettings = z.object({
  server: z
    .object({
      host: z.string(),
      port: z.int(),
      tls: z.enum(MAIL_TLS),
      username: z.string().nullable(),
      hasPassword: z.boolean(),
      caPem: z.string().nullable(),
      fromAddress: z.string(),
      fromName: z.string(),
    })
    .nullable(),
  queued: z.int(),
  failed: z.int(),
  testedAt: instant.nullable(),
  updatedAt: instant,
  version: z.int(),
});

export const mailRow = z.object({
  id: z.uuid(),
  kind: z.enum(MAIL_KINDS),
  toAddress: z.string(),
  subject: z.string(),
  recipient: z.object({ kind: z.enum(RECIPIENT_KINDS), id: z.uuid(), name: z.string() }),
  incidentNumber: z.int().nullable(),
  state: z.enum(MAIL_STATES),
  attempts: z.int(),
  nextAttemptAt: instant.nullable(),
  lastError: z.string().nullable(),
  lastErrorAt: instant.nullable(),
  sentAt: instant.nullable(),
  createdAt: instant,
  createdBy: z.string(),
});

/** What the owner of a leaked token is told, as it would be now. */
export const incidentNotices = z.object({
  hasMailServer: z.boolean(),
  recipients: z.array(
    z.object({
      kind: z.enum(RECIPIENT_KINDS),
      id: z.uuid(),
      name: z.string(),
      address: z.string().nullable(),
      tokens: z.int(),
      whyNot: z.string().nullable(),
      facts: z.object({
        organisation: z.string(),
        caseNumber: z.int(),
        recipient: z.object({ kind: z.enum(RECIPIENT_KINDS), name: z.string() }),
        bySecret: z
          .boolean()
          .describe("Of a client: its secret was found, and its tokens are what was got with it."),
        tokens: z.array(
          z.object({
            kind: z.enum(["access", "refresh"]),
            client: z.string(),
            issuedAt: instant,
            works: z.boolean(),
            isSuspended: z.boolean(),
          }),
        ),
        more: z.int(),
      }),
      seen: z.string(),
    }),
  ),
  mails: z.array(mailRow),
});
