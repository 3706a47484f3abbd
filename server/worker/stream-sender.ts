import { randomUUID } from "node:crypto";
import { deliverEventStream } from "#lib/event-streams/deliver-event-stream.ts";
import { leaseEventStreams } from "#lib/event-streams/lease-event-streams.ts";
import { EVENT_STREAMS_MAX } from "#lib/event-streams/model.ts";
import { collectSignals } from "#lib/signals/collect-signals.ts";
import { deliverStream } from "#lib/signals/deliver-stream.ts";
import { createEventSigner } from "#lib/signals/event-signer.ts";
import { leaseStreams } from "#lib/signals/lease-streams.ts";
import { logFailure } from "#server/log-failure.ts";
import type { SenderOptions } from "./outbox-sender.ts";
import { type WorkerPart, workerLoop } from "./worker-part.ts";

/** How soon a stream that is made, resumed or due again is taken. */
const POLL_MS = 500;
/** Receivers of security events that one worker sends to at once. */
const SIGNALS_AT_ONCE = 100;

/** Which worker sends, and until when. */
type Sending = { workerId: string; signal: AbortSignal };

type Streams<Stream extends { id: string }> = {
  /** Takes streams that have something to send and that no living worker holds, at most `limit` of them; none of `busy`, which this worker is at. */
  lease(taking: { workerId: string; busy: readonly string[]; limit: number }): Promise<Stream[]>;
  /** Sends what a stream has to send and lets it go. */
  deliver(sending: Sending, stream: Stream): Promise<void>;
  atOnce: number;
  /** What announces that there is something to send. */
  channels?: readonly string[];
  failures: { lease: string; deliver: string };
};

/** Sends over streams: in a line of its own for each, so that a slow or dead receiver holds up nobody else. One worker has a stream at a time. */
function createStreamSender<Stream extends { id: string }>(
  { url, log }: SenderOptions,
  { lease, deliver, atOnce, channels = [], failures }: Streams<Stream>,
): WorkerPart {
  const stopping = new AbortController();
  const sending = { workerId: randomUUID(), signal: stopping.signal };
  const lines = new Map<string, Promise<void>>();

  async function send(stream: Stream): Promise<void> {
    try {
      await deliver(sending, stream);
    } catch (error) {
      return logFailure(log, error, {}, failures.deliver);
    } finally {
      lines.delete(stream.id);
    }
    // what came while it was letting go
    leaser.hint();
  }

  const leaser = workerLoop(
    { url, log },
    {
      async work() {
        const limit = atOnce - lines.size;
        if (limit <= 0) return false;
        const streams = await lease({ workerId: sending.workerId, busy: [...lines.keys()], limit });
        for (const stream of streams) lines.set(stream.id, send(stream));
        return false;
      },
      pollMs: POLL_MS,
      channels,
      failure: failures.lease,
    },
  );

  return {
    start: () => leaser.start(),
    async stop() {
      stopping.abort();
      await leaser.stop();
      await Promise.all(lines.values());
    },
  };
}

/** Sends the audit to SIEMs. */
export function createEventSender(options: SenderOptions): WorkerPart {
  const { db, outbound, wrapper } = options;
  return createStreamSender(options, {
    lease: (taking) => leaseEventStreams(db, taking),
    deliver: (sending, stream) => deliverEventStream({ db, outbound, wrapper, ...sending }, stream),
    atOnce: EVENT_STREAMS_MAX,
    failures: {
      lease: "streams of the audit could not be looked at; it is tried again",
      deliver: "a stream of the audit could not be sent; it is tried again",
    },
  });
}

/** Turns orders into security events, and sends them over the streams that push. */
export function createSignalSender(options: SenderOptions & { issuer: string }): WorkerPart {
  const { db, url, log, outbound, wrapper, issuer } = options;
  const collector = workerLoop(
    { url, log },
    {
      work: () => collectSignals(db),
      pollMs: POLL_MS,
      channels: ["revocations"],
      failure: "orders could not be turned into security events; it is tried again",
    },
  );
  const signer = createEventSigner(db, wrapper);
  const sender = createStreamSender(options, {
    lease: (taking) => leaseStreams(db, taking),
    deliver: (sending, stream) =>
      deliverStream({ db, issuer, wrapper, outbound, signer, ...sending }, stream),
    atOnce: SIGNALS_AT_ONCE,
    channels: ["signals"],
    failures: {
      lease: "streams could not be looked at; it is tried again",
      deliver: "security events could not be delivered; it is tried again",
    },
  });
  return {
    start() {
      collector.start();
      sender.start();
    },
    async stop() {
      await Promise.all([collector.stop(), sender.stop()]);
    },
  };
}
