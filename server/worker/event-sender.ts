import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { SqlDatabase } from "#lib/db/sql-database.ts";
import { isUnavailable } from "#lib/db/unavailable.ts";
import { deliverEventStream } from "#lib/event-streams/deliver-event-stream.ts";
import { leaseEventStreams } from "#lib/event-streams/lease-event-streams.ts";
import { EVENT_STREAMS_MAX } from "#lib/event-streams/model.ts";
import type { SinkKeeping } from "#lib/event-streams/sealed-values.ts";
import { WokenLoop } from "./woken-loop.ts";

/** How soon a stream that is made, resumed or due again is taken. */
const POLL_MS = 500;

export type EventSenderOptions = SinkKeeping & { db: SqlDatabase; url: string; log: Logger };

export type EventSender = { start(): void; stop(): Promise<void> };

/** Sends the audit to SIEMs: a line of its own for each stream, so that a slow or dead sink holds up nobody else. One worker has a stream at a time. */
export function createEventSender({ db, url, log, outbound, wrapper }: EventSenderOptions): EventSender {
  const stopping = new AbortController();
  const workerId = randomUUID();
  const lines = new Map<string, Promise<void>>();
  const onError = (what: string) => (error: unknown) =>
    log[isUnavailable(error) ? "warn" : "error"]({ err: error }, `${what}; it is tried again`);

  const leaser = new WokenLoop({
    url,
    channels: [],
    pollMs: POLL_MS,
    async work() {
      const room = EVENT_STREAMS_MAX - lines.size;
      if (room <= 0) return false;
      const streams = await leaseEventStreams(db, { workerId, busy: [...lines.keys()], limit: room });
      for (const stream of streams) {
        const line = deliverEventStream({ db, outbound, wrapper, workerId, signal: stopping.signal }, stream)
          .catch(onError("a stream of the audit could not be sent"))
          .finally(() => lines.delete(stream.id));
        lines.set(stream.id, line);
      }
      return false;
    },
    onError: onError("streams of the audit could not be looked at"),
  });

  return {
    start() {
      leaser.start();
    },
    async stop() {
      stopping.abort();
      await leaser.stop();
      await Promise.allSettled(lines.values());
    },
  };
}
