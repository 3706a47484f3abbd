import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { SqlDatabase } from "#lib/db/sql-database.ts";
import type { KeyWrapper } from "#lib/keys/key-wrapper.ts";
import type { Outbound } from "#lib/outbound/outbound.ts";
import { collectSignals } from "#lib/signals/collect-signals.ts";
import { type Delivering, deliverStream } from "#lib/signals/deliver-stream.ts";
import { createEventSigner } from "#lib/signals/event-signer.ts";
import { leaseStreams } from "#lib/signals/lease-streams.ts";
import { logFailure } from "#server/log-failure.ts";
import { WokenLoop } from "./woken-loop.ts";

const POLL_MS = 500;
/** Streams that one worker sends at once. Each has its own line: a slow receiver holds up nobody else. */
const AT_ONCE = 100;

export type SignalSenderOptions = {
  db: SqlDatabase;
  url: string;
  issuer: string;
  wrapper: KeyWrapper;
  outbound: Outbound;
  log: Logger;
};

export type SignalSender = { start(): void; stop(): Promise<void> };

/** Turns orders into security events, and sends them over the streams that push. */
export function createSignalSender(options: SignalSenderOptions): SignalSender {
  const { db, url, issuer, wrapper, outbound, log } = options;
  const stopping = new AbortController();
  const workerId = randomUUID();
  const lines = new Map<string, Promise<void>>();
  const onError = (what: string) => (error: unknown) =>
    logFailure(log, error, {}, `${what}; it is tried again`);

  const delivering: Delivering = {
    db,
    workerId,
    issuer,
    wrapper,
    outbound,
    signer: createEventSigner(db, wrapper),
    signal: stopping.signal,
  };

  const collector = new WokenLoop({
    url,
    channels: ["revocations"],
    pollMs: POLL_MS,
    work: () => collectSignals(db),
    onError: onError("orders could not be turned into security events"),
  });
  const sender = new WokenLoop({
    url,
    channels: ["signals"],
    pollMs: POLL_MS,
    async work() {
      const room = AT_ONCE - lines.size;
      if (room <= 0) return false;
      for (const stream of await leaseStreams(db, { workerId, busy: [...lines.keys()], limit: room })) {
        const line = deliverStream(delivering, stream)
          .catch(onError("security events could not be delivered"))
          .finally(() => {
            lines.delete(stream.id);
            // what came while it was letting go
            sender.hint();
          });
        lines.set(stream.id, line);
      }
      return false;
    },
    onError: onError("streams could not be looked at"),
  });

  return {
    start() {
      collector.start();
      sender.start();
    },
    async stop() {
      stopping.abort();
      await Promise.all([collector.stop(), sender.stop()]);
      await Promise.allSettled(lines.values());
      outbound.close();
    },
  };
}
