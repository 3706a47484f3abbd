import { z } from "zod";
import { ADMIN_STATES, INVITATION_ENDS, SHUT_OUTS } from "#lib/admins/model.ts";
import { ROLES } from "#lib/authz/roles.ts";
import { instant } from "./paging.ts";
import { providerRef } from "./sign-in.ts";

export const adminRow = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  state: z.enum(ADMIN_STATES),
  shutOut: z.enum(SHUT_OUTS).nullable().describe("Why somebody who is enabled cannot come in."),
  invitationEnd: z
    .enum(INVITATION_ENDS)
    .nullable()
    .describe(
      "Why the invitation that they have yet to use works no more: who made it does not invite any more.",
    ),
  createdAt: instant,
  lastSignInAt: instant.nullable(),
  sessions: z.int(),
  provider: providerRef.nullable(),
  isBreakGlass: z.boolean(),
});

export const oneTimeLink = z.object({ url: z.string(), expiresAt: instant });

export const lookAlike = z
  .object({ id: z.uuid(), email: z.string(), name: z.string() })
  .describe("The admin whose address the new one is read as, where there is one.");

export const totpOffer = z.object({
  enrolment: z.string(),
  totpSecret: z.string(),
  otpauthUrl: z.string(),
  expiresAt: instant,
});
