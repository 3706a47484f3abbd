import { z } from "zod";
import { optionalLine } from "#lib/input/plain-text.ts";
import { authorization, endpointUrl } from "#lib/signals/input.ts";
import {
  DELIVERY_URNS,
  type Delivery,
  MIN_VERIFICATION_SECONDS,
  SENT_EVENTS,
  type StreamRow,
} from "#lib/signals/model.ts";
import { Refused } from "../answers.ts";
import { pollUrl } from "./configuration.ts";
import { kept } from "./json-body.ts";

export const streamId = z.string().max(64);

/** What a receiver may say of a stream; what the transmitter says itself is let pass unread but for those two. */
export const configuration = z.object({
  stream_id: streamId.optional(),
  iss: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string()).max(10)]).optional(),
  events_requested: z.array(z.string().max(512)).max(100).optional(),
  description: kept(optionalLine(200)).optional(),
  delivery: z
    .object({
      method: z.enum(Object.values(DELIVERY_URNS)),
      endpoint_url: kept(endpointUrl).optional(),
      authorization_header: authorization.optional(),
    })
    .optional(),
});
export type Configuration = z.output<typeof configuration>;

/** A stream as its receiver sees it; what is sent as Authorization is not shown again. @see OpenID Shared Signals Framework 1.0 section 8.1.1 */
export function configurationOf(stream: StreamRow, issuer: string): Record<string, unknown> {
  return {
    stream_id: stream.id,
    iss: issuer,
    aud: stream.audience,
    events_supported: SENT_EVENTS,
    events_requested: stream.events,
    events_delivered: stream.events,
    delivery: {
      method: DELIVERY_URNS[stream.delivery],
      endpoint_url: stream.delivery === "poll" ? pollUrl(issuer, stream.id) : stream.endpointUrl,
    },
    min_verification_interval: MIN_VERIFICATION_SECONDS,
    ...(stream.description === "" ? {} : { description: stream.description }),
  };
}

/** Types that nobody here knows are left out; none named is all. */
export function eventsOf(requested: readonly string[] | undefined) {
  const events = SENT_EVENTS.filter((type) => requested === undefined || requested.includes(type));
  if (events.length === 0)
    throw new Refused(400, "invalid_request", "events_requested: names no event that is sent from here");
  return events;
}

export function deliveryOf(given: Configuration["delivery"]) {
  const method = (Object.keys(DELIVERY_URNS) as Delivery[]).find(
    (one) => DELIVERY_URNS[one] === given?.method,
  );
  const isPush = method === "push";
  return {
    delivery: method ?? ("poll" as const),
    // of poll it is ours, whatever comes back to us with it
    ...(isPush && given?.endpoint_url !== undefined ? { endpointUrl: given.endpoint_url } : {}),
    ...(isPush && given?.authorization_header !== undefined
      ? { authorization: given.authorization_header }
      : {}),
  };
}
