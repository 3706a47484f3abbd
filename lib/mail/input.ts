import { z } from "zod";
import { caPem } from "../event-streams/input.ts";
import { emailAddress, line, optionalLine, seenVersion } from "../input/plain-text.ts";
import { isMailable } from "./mailable.ts";
import { MAIL_TLS } from "./model.ts";

/** A name or an address as URLs have them. */
const host = z
  .string()
  .trim()
  .toLowerCase()
  .max(253, "must have at most 253 characters")
  .regex(/^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/, "is no host name");

const mailable = emailAddress.refine(isMailable, "is an address that mail cannot be sent with");

/** `password` that is left out stays; with another host, port or user it has to come again. `username: null` sends without signing in. */
export const saveMailSettingsInput = z.strictObject({
  version: seenVersion,
  host,
  port: z.int("must be a whole number").min(1, "must be at least 1").max(65_535, "must be at most 65535"),
  tls: z.enum(MAIL_TLS),
  username: line(255).nullable().default(null),
  password: z
    .string()
    .min(1, "must not be empty")
    .max(1_024, "must have at most 1024 characters")
    .refine((text) => text.isWellFormed() && !text.includes("\0"), "has characters that cannot be used")
    .optional(),
  caPem: caPem.nullable().default(null),
  fromAddress: mailable,
  fromName: optionalLine(80).default(""),
});
export type SaveMailSettingsInput = z.output<typeof saveMailSettingsInput>;

export const stopMailInput = z.strictObject({ version: seenVersion });

export const testMailInput = z.strictObject({ to: mailable });
export type TestMailInput = z.output<typeof testMailInput>;
