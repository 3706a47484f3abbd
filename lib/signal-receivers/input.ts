import { z } from "zod";
import { line, rowId, seenVersion } from "../input/plain-text.ts";
import { ACTIONS, RECEIVED_EVENTS, SUBJECT_BYS, SUSPEND_HOURS } from "./model.ts";

const ASCII = /^[\x21-\x7e]+$/;

const url = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(2_048, "must have at most 2048 characters")
  .regex(ASCII, "is no URL");

const policy = z
  .strictObject({
    eventType: z.enum(RECEIVED_EVENTS),
    action: z.enum(ACTIONS),
    hours: z
      .int("must be a whole number of hours")
      .min(SUSPEND_HOURS.min, `must be at least ${SUSPEND_HOURS.min}`)
      .max(SUSPEND_HOURS.max, `must be at most ${SUSPEND_HOURS.max}`)
      .nullable()
      .default(null),
  })
  .superRefine(({ action, hours }, context) => {
    if (action === "suspend" && hours === null)
      context.addIssue({ code: "custom", path: ["hours"], message: "must be there to suspend" });
    if (action !== "suspend" && hours !== null)
      context.addIssue({ code: "custom", path: ["hours"], message: "is for suspending: leave it out" });
  });

const policies = z
  .array(policy)
  .max(RECEIVED_EVENTS.length, "names an event twice")
  .refine((all) => new Set(all.map((one) => one.eventType)).size === all.length, "names an event twice");

const fields = {
  name: line(80),
  issuer: url,
  jwksUrl: url,
  audience: line(255).regex(ASCII, "must be visible ASCII without spaces"),
  subjectBy: z.enum(SUBJECT_BYS),
  attribute: z
    .string()
    .regex(/^[A-Za-z][\w.-]{0,63}$/, "must be the name of an attribute")
    .nullable(),
  /** The verifier whose streams lead to this peer. */
  verifierId: rowId.nullable(),
  policies,
};

export const createReceiverInput = z
  .strictObject({
    ...fields,
    attribute: fields.attribute.default(null),
    verifierId: fields.verifierId.default(null),
    policies: policies.default([]),
  })
  .superRefine(({ subjectBy, attribute }, context) => {
    for (const message of attributeFaults(subjectBy, attribute))
      context.addIssue({ code: "custom", path: ["attribute"], message });
  });

/** `policies`, where given, is the whole list. */
export const updateReceiverInput = z.strictObject({
  version: seenVersion,
  name: fields.name.optional(),
  issuer: url.optional(),
  jwksUrl: url.optional(),
  audience: fields.audience.optional(),
  subjectBy: fields.subjectBy.optional(),
  attribute: fields.attribute.optional(),
  verifierId: fields.verifierId.optional(),
  policies: policies.optional(),
});

/** What is wrong with an attribute beside how subjects are found. */
export function attributeFaults(subjectBy: string, attribute: string | null): string[] {
  if (subjectBy === "attribute" && attribute === null) return ["must be there"];
  if (subjectBy !== "attribute" && attribute !== null)
    return ["is for finding by an attribute: leave it out"];
  return [];
}

export type CreateReceiverInput = z.output<typeof createReceiverInput>;
export type UpdateReceiverInput = z.output<typeof updateReceiverInput>;
