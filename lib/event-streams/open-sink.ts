import { hostname } from "node:os";
import type { Delivery } from "./model.ts";
import { openText, type SinkKeeping, signingSecretLabel, sinkAuthorizationLabel } from "./sealed-values.ts";
import { sendSyslog } from "./send-syslog.ts";
import { sendWebhook } from "./send-webhook.ts";
import type { Sent } from "./sent.ts";
import type { StreamEvent } from "./stream-event.ts";
import { syslogMessageOf } from "./syslog-message.ts";

export type SinkSettings = {
  id: string;
  delivery: Delivery;
  url: string;
  caPem: string | null;
  secretWrapped: Buffer | null;
  previousSecretWrapped: Buffer | null;
  previousSecretUntil: Date | null;
  authorizationWrapped: Buffer | null;
};

/** Where a stream's batches go. `now` stands in the signature. */
export type Sink = {
  send(
    events: readonly { event: StreamEvent; json: string }[],
    now: Date,
    signal?: AbortSignal,
  ): Promise<Sent>;
};

/** Opens what is sealed of a stream's settings, for as long as the sink is used. */
export async function openSink(stream: SinkSettings, { outbound, wrapper }: SinkKeeping): Promise<Sink> {
  switch (stream.delivery) {
    case "webhook":
      return openWebhook(
        stream,
        { secret: signingSecretLabel(stream.id), authorization: sinkAuthorizationLabel(stream.id) },
        { outbound, wrapper },
      );
    case "syslog": {
      const host = hostname();
      return {
        send: (events, _now, signal) =>
          sendSyslog(outbound, stream, {
            messages: events.map(({ event, json }) => syslogMessageOf(event, json, host)),
            ...(signal === undefined ? {} : { signal }),
          }),
      };
    }
    default:
      return stream.delivery satisfies never;
  }
}

/** What each value that is sealed is bound to. */
export type SinkLabels = { secret: string; authorization: string };

/** Opens a webhook, of a stream or not: batches of lines, signed by its key and the one before it. */
export async function openWebhook(
  webhook: Omit<SinkSettings, "delivery" | "caPem">,
  labels: SinkLabels,
  { outbound, wrapper }: SinkKeeping,
): Promise<{ send(events: readonly { json: string }[], now: Date, signal?: AbortSignal): Promise<Sent> }> {
  const { id, secretWrapped, previousSecretWrapped, previousSecretUntil, authorizationWrapped } = webhook;
  const openSecret = (wrapped: Buffer) => openText(wrapper, labels.secret, wrapped);
  if (secretWrapped === null) throw new Error("a webhook without a key");
  const present = await openSecret(secretWrapped);
  const previous = previousSecretWrapped === null ? null : await openSecret(previousSecretWrapped);
  const authorization =
    authorizationWrapped === null
      ? null
      : await openText(wrapper, labels.authorization, authorizationWrapped);
  return {
    send: (events, now, signal) => {
      const isPreviousGood = previous !== null && previousSecretUntil !== null && previousSecretUntil > now;
      return sendWebhook(
        outbound,
        { url: webhook.url, secrets: isPreviousGood ? [present, previous] : [present], authorization },
        {
          streamId: id,
          lines: events.map(({ json }) => json),
          now,
          ...(signal === undefined ? {} : { signal }),
        },
      );
    },
  };
}
