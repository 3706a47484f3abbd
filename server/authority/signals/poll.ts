import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { acknowledgeEvents } from "#lib/signals/acknowledge-events.ts";
import { createEventSigner } from "#lib/signals/event-signer.ts";
import { type LoggedSignal, readOutstanding } from "#lib/signals/next-events.ts";
import { claimsOf, jtiOf, sequenceOf } from "#lib/signals/security-event-token.ts";
import { readStream } from "#lib/signals/stream-record.ts";
import { Refused } from "../answers.ts";
import { requireVerifier } from "../require-verifier.ts";
import type { Services } from "../services.ts";
import { STREAMS_PATH } from "./configuration.ts";
import { answering } from "./domain-refusals.ts";
import { readJsonBody } from "./json-body.ts";
import type { SignalWatch } from "./signal-watch.ts";

/** Within what a connection may be idle. */
const WAIT_MS = 25_000;
const MAX_EVENTS = 100;
/** Polls of one stream that wait at once: a second one takes the place of the first where a receiver lost it. */
const WAITING_MAX = 2;

const error = z.object({ err: z.string().max(100), description: z.string().max(1_000).default("") });
const body = z.object({
  maxEvents: z.int().min(0).optional(),
  returnImmediately: z.boolean().default(false),
  ack: z.array(z.string().max(200)).max(1_000).default([]),
  setErrs: z
    .record(z.string().max(200), error)
    .refine((errors) => Object.keys(errors).length <= 1_000)
    .default({}),
});

const SEEN = "UPDATE signal_stream SET last_polled_at = clock_timestamp() WHERE id = $1::uuid";

/** Poll-based delivery: an event is there until it is acknowledged. @see RFC 8936 section 2 */
export function addPollRoute(app: FastifyInstance, services: Services, watch: SignalWatch): void {
  const { db, wrapper, env } = services;
  const signer = createEventSigner(db, wrapper);
  const waiting = new Map<string, number>();

  app.post<{ Params: { id: string } }>(`${STREAMS_PATH}/:id/poll`, async (request, reply) => {
    const verifier = requireVerifier(services, request);
    services.sightings.showed(verifier, new Date());
    const given = readJsonBody(request, body);
    const within = <T>(work: () => Promise<T>) =>
      services.bounds.turnstile.pass(verifier.id, 1, () => answering(work));
    const stream = await within(() => readStream(db, { id: request.params.id, verifierId: verifier.id }));
    if (stream.delivery !== "poll")
      throw new Refused(400, "invalid_request", "This stream pushes its events.");
    await within(async () => {
      await acknowledgeEvents(db, stream.id, {
        taken: given.ack.flatMap((jti) => sequenceOf(stream.id, jti) ?? []),
        refused: Object.entries(given.setErrs).flatMap(([jti, { err, description }]) => {
          const sequence = sequenceOf(stream.id, jti);
          return sequence === null ? [] : [{ sequence, err, description }];
        }),
      });
      await db.query(SEEN, [stream.id]);
    });
    reply.header("cache-control", "no-store");
    const limit = Math.min(given.maxEvents ?? MAX_EVENTS, MAX_EVENTS);
    if (limit === 0) return { sets: {} };

    /** One more than is given, to know whether there are more. */
    const read = () =>
      within(async () => {
        const { isOpen, notice, events } = await readOutstanding(db, stream.id, limit + 1);
        return [...(notice === null ? [] : [notice]), ...(isOpen ? events : [])];
      });
    const answer = async (events: readonly LoggedSignal[]) => {
      const sign = await signer();
      const envelope = { issuer: env.authorityIssuer, streamId: stream.id, audience: stream.audience };
      const sets: Record<string, string> = {};
      for (const event of events.slice(0, limit))
        sets[jtiOf(stream.id, event.sequence)] = await sign(claimsOf(event, envelope, new Date()));
      return { sets, ...(events.length > limit ? { moreAvailable: true } : {}) };
    };

    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    const until = performance.now() + WAIT_MS;
    const others = waiting.get(stream.id) ?? 0;
    const mayWait = !given.returnImmediately && others < WAITING_MAX;
    waiting.set(stream.id, others + 1);
    try {
      for (;;) {
        const before = watch.count;
        const events = await read();
        const left = until - performance.now();
        if (events.length > 0 || !mayWait || left <= 0 || gone.signal.aborted) return await answer(events);
        await watch.next(before, left, gone.signal);
      }
    } finally {
      const now = (waiting.get(stream.id) ?? 1) - 1;
      if (now === 0) waiting.delete(stream.id);
      else waiting.set(stream.id, now);
    }
  });
}
