import { z } from "zod";
import { line, optionalLine, rowId, seenVersion } from "../input/plain-text.ts";
import { DELIVERIES, SENT_EVENTS, STREAM_STATUSES } from "./model.ts";

/** What a URL or an audience may be made of. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

const events = z
  .array(z.enum(SENT_EVENTS))
  .min(1, "must name at least one event")
  .max(SENT_EVENTS.length, "names an event twice")
  .transform((types) => SENT_EVENTS.filter((type) => types.includes(type)));

const audience = line(255).regex(VISIBLE_ASCII, "must be visible ASCII without spaces");

export const endpointUrl = z
  .string()
  .trim()
  .max(2_048, "must have at most 2048 characters")
  .regex(VISIBLE_ASCII, "is no URL");

/** The value of a header: what the receiver wants to see as Authorization. */
export const authorization = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(1_024, "must have at most 1024 characters")
  .regex(/^[\x20-\x7e]+$/, "must be visible ASCII");

export const createStreamInput = z
  .strictObject({
    verifierId: rowId,
    description: optionalLine(200).default(""),
    /** The verifier's id where left out. */
    audience: audience.optional(),
    events,
    delivery: z.enum(DELIVERIES),
    endpointUrl: endpointUrl.optional(),
    authorization: authorization.optional(),
  })
  .superRefine(requireEndpoint);

/** `authorization: null` takes it away; what is left out stays. */
export const updateStreamInput = z.strictObject({
  version: seenVersion,
  description: optionalLine(200).optional(),
  events: events.optional(),
  delivery: z.enum(DELIVERIES).optional(),
  endpointUrl: endpointUrl.optional(),
  authorization: authorization.nullable().optional(),
});

export const streamStatusInput = z.strictObject({
  status: z.enum(STREAM_STATUSES),
  reason: optionalLine(200).default(""),
});

function requireEndpoint(
  given: { delivery: string; endpointUrl?: string | undefined; authorization?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (given.delivery === "push" && given.endpointUrl === undefined)
    context.addIssue({ code: "custom", path: ["endpointUrl"], message: "must be there for push" });
  if (given.delivery === "poll" && given.endpointUrl !== undefined)
    context.addIssue({ code: "custom", path: ["endpointUrl"], message: "is ours for poll: leave it out" });
  if (given.delivery === "poll" && given.authorization !== undefined)
    context.addIssue({ code: "custom", path: ["authorization"], message: "is for push: leave it out" });
}

export type CreateStreamInput = z.output<typeof createStreamInput>;
export type UpdateStreamInput = z.output<typeof updateStreamInput>;
export type StreamStatusInput = z.output<typeof streamStatusInput>;
