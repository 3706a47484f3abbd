import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { optionalLine } from "#lib/input/plain-text.ts";
import { sql } from "#lib/list-query/sql-fragment.ts";
import { createStream } from "#lib/signals/create-stream.ts";
import { createStreamInput, streamStatusInput } from "#lib/signals/input.ts";
import type { StreamRow } from "#lib/signals/model.ts";
import { removeStream } from "#lib/signals/remove-stream.ts";
import { setStreamStatus } from "#lib/signals/set-stream-status.ts";
import { readStream, readStreams } from "#lib/signals/stream-record.ts";
import { updateStream } from "#lib/signals/update-stream.ts";
import { verifyStream } from "#lib/signals/verify-stream.ts";
import { diskFull, Refused } from "../answers.ts";
import { requireVerifier } from "../require-verifier.ts";
import type { Services } from "../services.ts";
import { STATUS_PATH, STREAMS_PATH, VERIFY_PATH } from "./configuration.ts";
import { answering } from "./domain-refusals.ts";
import { kept, readJsonBody } from "./json-body.ts";
import {
  type Configuration,
  configuration,
  configurationOf,
  deliveryOf,
  eventsOf,
  streamId,
} from "./stream-configuration.ts";
import { verifierContext } from "./verifier-context.ts";

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
    services.sightings.showed(verifier, new Date());
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
        z.object({
          status: streamStatusInput.shape.status,
          reason: kept(optionalLine(200)).default(""),
          stream_id: streamId,
        }),
      );
      reply.header("cache-control", "no-store");
      return statusOf(await setStreamStatus(ctx, { streamId: id, ...rest }, owner));
    }),
  );
  app.post(VERIFY_PATH, (request, reply) =>
    as(request, async (ctx, owner) => {
      const { stream_id: id, state } = readJsonBody(
        request,
        z.object({ stream_id: streamId, state: kept(z.string().max(1_024)).optional() }),
      );
      await verifyStream(ctx, { streamId: id, state }, owner);
      return reply.code(204).send();
    }),
  );
}
