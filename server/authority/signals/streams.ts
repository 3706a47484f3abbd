import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { optionalLine } from "#lib/input/plain-text.ts";
import { sql } from "#lib/list-query/sql-fragment.ts";
import { createStream } from "#lib/signals/create-stream.ts";
import { authorization, createStreamInput, endpointUrl, streamStatusInput } from "#lib/signals/input.ts";
import {
  DELIVERY_URNS,
  type Delivery,
  MIN_VERIFICATION_SECONDS,
  SENT_EVENTS,
  type StreamRow,
} from "#lib/signals/model.ts";
import { removeStream } from "#lib/signals/remove-stream.ts";
import { setStreamStatus } from "#lib/signals/set-stream-status.ts";
import { readStream, readStreams } from "#lib/signals/stream-record.ts";
import { updateStream } from "#lib/signals/update-stream.ts";
import { verifyStream } from "#lib/signals/verify-stream.ts";
import { diskFull, Refused } from "../answers.ts";
import type { Services } from "../services.ts";
import { pollUrl, STATUS_PATH, STREAMS_PATH, VERIFY_PATH } from "./configuration.ts";
import { answering } from "./domain-refusals.ts";
import { readJsonBody } from "./json-body.ts";
import { requireVerifier, verifierContext } from "./require-verifier.ts";

const streamId = z.string().max(64);

/** What a receiver may say of a stream; what the transmitter says itself is let pass unread but for those two. */
const configuration = z.object({
  stream_id: streamId.optional(),
  iss: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string()).max(10)]).optional(),
  events_requested: z.array(z.string().max(512)).max(100).optional(),
  description: optionalLine(200).optional(),
  delivery: z
    .object({
      method: z.enum(Object.values(DELIVERY_URNS)),
      endpoint_url: endpointUrl.optional(),
      authorization_header: authorization.optional(),
    })
    .optional(),
});
type Configuration = z.output<typeof configuration>;

/** A stream as its receiver sees it; what is sent as Authorization is not shown again. @see OpenID Shared Signals Framework 1.0 section 8.1.1 */
function configurationOf(stream: StreamRow, issuer: string): Record<string, unknown> {
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
function eventsOf(requested: readonly string[] | undefined) {
  const events = SENT_EVENTS.filter((type) => requested === undefined || requested.includes(type));
  if (events.length === 0)
    throw new Refused(400, "invalid_request", "events_requested: names no event that is sent from here");
  return events;
}

function deliveryOf(given: Configuration["delivery"]) {
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

/** The stream management API. @see OpenID Shared Signals Framework 1.0 section 8 */
export function addStreamRoutes(app: FastifyInstance, services: Services): void {
  const issuer = services.env.authorityIssuer;
  const keeping = { outbound: services.outbound, wrapper: services.wrapper };

  /** Runs a request as the verifier that it authenticates, within its share. */
  function as<T>(
    request: FastifyRequest,
    work: (ctx: ReturnType<typeof verifierContext>, owner: { verifierId: string }) => Promise<T>,
  ): Promise<T> {
    const verifier = requireVerifier(services, request);
    if (request.method !== "GET" && services.disk.isFull) throw diskFull();
    const ctx = verifierContext(services, request, verifier);
    return services.bounds.turnstile.pass(verifier.id, 1, () =>
      answering(() => work(ctx, { verifierId: verifier.id })),
    );
  }
  const namedStream = (request: FastifyRequest) => {
    const { stream_id: id } = request.query as { stream_id?: unknown };
    return typeof id === "string" ? id : null;
  };
  const requireNamed = (id: string | null | undefined) => {
    if (id === null || id === undefined)
      throw new Refused(400, "invalid_request", "stream_id: must be there");
    return id;
  };
  function requireOwn(given: Configuration, stream: StreamRow): void {
    const audiences = given.aud === undefined ? [] : [given.aud].flat();
    if ((given.iss !== undefined && given.iss !== issuer) || audiences.some((one) => one !== stream.audience))
      throw new Refused(400, "invalid_request", "iss and aud are the transmitter's: leave them as they are");
  }

  app.get(STREAMS_PATH, (request, reply) =>
    as(request, async ({ db }, { verifierId }) => {
      const id = namedStream(request);
      reply.header("cache-control", "no-store");
      if (id !== null) return configurationOf(await readStream(db, { id, verifierId }), issuer);
      const streams = await readStreams(db, sql`s.verifier_id = ${verifierId}::uuid`);
      return streams.map((stream) => configurationOf(stream, issuer));
    }),
  );
  app.post(STREAMS_PATH, (request, reply) =>
    as(request, async (ctx, owner) => {
      const given = readJsonBody(request, configuration);
      const input = createStreamInput.safeParse({
        verifierId: owner.verifierId,
        description: given.description,
        events: eventsOf(given.events_requested),
        ...deliveryOf(given.delivery),
      });
      if (!input.success)
        throw new Refused(400, "invalid_request", "delivery: endpoint_url must be there for push");
      const stream = await createStream(ctx, input.data, keeping, owner);
      reply.code(201).header("cache-control", "no-store");
      return configurationOf(stream, issuer);
    }),
  );
  for (const method of ["PATCH", "PUT"] as const)
    app.route({
      method,
      url: STREAMS_PATH,
      handler: (request, reply) =>
        as(request, async (ctx, owner) => {
          const given = readJsonBody(request, configuration);
          const id = requireNamed(given.stream_id);
          const before = await readStream(ctx.db, { id, ...owner });
          requireOwn(given, before);
          const isWhole = method === "PUT";
          const delivery =
            given.delivery !== undefined || isWhole
              ? { ...(isWhole ? { authorization: null } : {}), ...deliveryOf(given.delivery) }
              : {};
          const stream = await updateStream(
            ctx,
            {
              streamId: id,
              version: before.version,
              ...(given.description !== undefined || isWhole ? { description: given.description ?? "" } : {}),
              ...(given.events_requested !== undefined || isWhole
                ? { events: eventsOf(given.events_requested) }
                : {}),
              ...delivery,
            },
            keeping,
            owner,
          );
          reply.header("cache-control", "no-store");
          return configurationOf(stream, issuer);
        }),
    });
  app.delete(STREAMS_PATH, (request, reply) =>
    as(request, async (ctx, owner) => {
      await removeStream(ctx, { streamId: requireNamed(namedStream(request)) }, owner);
      return reply.code(204).send();
    }),
  );
  const statusOf = ({ id, status, statusReason }: StreamRow) => ({
    stream_id: id,
    status,
    ...(statusReason === "" ? {} : { reason: statusReason }),
  });
  app.get(STATUS_PATH, (request, reply) =>
    as(request, async ({ db }, owner) => {
      reply.header("cache-control", "no-store");
      return statusOf(await readStream(db, { id: requireNamed(namedStream(request)), ...owner }));
    }),
  );
  app.post(STATUS_PATH, (request, reply) =>
    as(request, async (ctx, owner) => {
      const { stream_id: id, ...rest } = readJsonBody(
        request,
        z.object({ ...streamStatusInput.shape, stream_id: streamId }),
      );
      reply.header("cache-control", "no-store");
      return statusOf(await setStreamStatus(ctx, { streamId: id, ...rest }, owner));
    }),
  );
  app.post(VERIFY_PATH, (request, reply) =>
    as(request, async (ctx, owner) => {
      const { stream_id: id, state } = readJsonBody(
        request,
        z.object({ stream_id: streamId, state: z.string().max(1_024).optional() }),
      );
      await verifyStream(ctx, { streamId: id, state }, owner);
      return reply.code(204).send();
    }),
  );
}
