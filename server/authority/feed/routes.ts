import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { diskFull, notReady, Refused } from "../answers.ts";
import { knownKids } from "../key-fetch.ts";
import type { Services } from "../services.ts";
import type { Listener } from "./listener.ts";
import {
  readAcknowledgement,
  readAfter,
  readInstance,
  readMark,
  readQuery,
  readWait,
  requireListener,
} from "./requests.ts";
import { sendSnapshot } from "./snapshot.ts";

/** Who is further behind is quicker with a snapshot. */
const MAX_BEHIND = 100_000;
/** As long as connections may be idle otherwise, beside the wait itself. */
const IDLE_MS = 30_000;

const CLIENT_FORGOTTEN = "Authenticate as a verifier.";

/** Revocations are told of with a full disk too; never by who does not know what is so. */
function requireHeard(services: Services): void {
  if (services.follower.isStale) throw notReady();
}

/**
 * A position that this process can go on from.
 *
 * @throws {Refused} 409 for one that the database does not have, or that is another entry there by its mark: an older database was restored, or it is of
 * another one; 410 for one that is far behind.
 */
async function requirePosition(
  services: Services,
  { verifier }: Listener,
  { position, mark }: { position: number; mark: string | null },
): Promise<void> {
  const head = () => Number(services.follower.book.position);
  // another authority may be a moment ahead of this one
  if (position > head()) await services.bounds.turnstile.pass(verifier.id, 1, () => services.follower.poll());
  if (position > head()) {
    services.bounds.countGarbage(verifier.id);
    throw new Refused(
      409,
      "feed_went_back",
      "The feed does not go that far: an older database was restored. Begin anew with a snapshot.",
    );
  }
  if (mark !== null) {
    const own = await services.bounds.turnstile.pass(verifier.id, 1, () => services.feed.marks.of(position));
    if (own !== mark) {
      services.bounds.countGarbage(verifier.id);
      throw new Refused(
        409,
        "feed_went_back",
        "Something else stands at that position: an older database was restored and went on. Begin anew with a snapshot.",
      );
    }
  }
  if (head() - position <= MAX_BEHIND) return;
  services.bounds.countGarbage(verifier.id);
  throw new Refused(410, "snapshot_required", "The position is far behind. Begin anew with a snapshot.");
}

async function answerPoll(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: { listener: Listener; position: number; waitSeconds: number },
): Promise<FastifyReply> {
  const { listener, position, waitSeconds } = asked;
  const { verifier, instanceId } = listener;
  if (instanceId !== null)
    services.feed.saw({ verifierId: verifier.id, instanceId, way: "poll", at: new Date(), position });
  const gone = new AbortController();
  const onClose = () => gone.abort();
  reply.raw.once("close", onClose);
  const { socket } = request.raw;
  socket.setTimeout(IDLE_MS + waitSeconds * 1_000);
  try {
    const answer = await services.feed.poll(listener, position, waitSeconds * 1_000, gone.signal);
    if (answer === null) throw new Refused(401, "invalid_client", CLIENT_FORGOTTEN);
    return reply
      .header("cache-control", "no-store")
      .send({ verifier: answer.statement, batches: answer.batches.map((batch) => batch.jws) });
  } finally {
    reply.raw.off("close", onClose);
    socket.setTimeout(IDLE_MS);
  }
}

/** The feed of revocations: streams and polls, snapshots, and what verifiers say of themselves. */
export function addFeedRoutes(app: FastifyInstance, services: Services): void {
  app.get("/revocations", { exposeHeadRoute: false }, async (request, reply) => {
    requireHeard(services);
    const query = readQuery(request);
    const listener = requireListener(services, request, readInstance(query));
    const isStream = request.headers.accept?.includes("text/event-stream") ?? false;
    const position = readAfter(request, query, isStream);
    const waitSeconds = readWait(query);
    const mark = readMark(request, query, isStream);
    await requirePosition(services, listener, { position, mark });
    if (!isStream) return answerPoll(services, request, reply, { listener, position, waitSeconds });
    await services.feed.stream(reply.raw, listener, position);
    return reply.hijack();
  });
  app.get("/revocations/snapshot", { exposeHeadRoute: false }, async (request, reply) => {
    requireHeard(services);
    const listener = requireListener(services, request, readInstance(readQuery(request)));
    return sendSnapshot(services, listener, reply);
  });
  // a parser of its own: no other address takes JSON
  app.register(async (scope) => {
    scope.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) =>
      done(null, body),
    );
    scope.post("/revocations/acknowledgements", async (request, reply) => {
      requireHeard(services);
      if (services.disk.isFull) throw diskFull();
      const { verifier } = requireListener(services, request, null);
      const said = readAcknowledgement(request.body);
      const listener = { verifier, digest: "", instanceId: said.instance };
      const isListener = said.way === "feed" || said.way === "poll";
      if (isListener) {
        const { position, mark = null } = said;
        await requirePosition(services, listener, { position, mark });
      }
      const at = new Date();
      const kids = knownKids(services, said.kids ?? []);
      services.keyFetches.has(verifier.id, kids, at);
      services.feed.saw({
        verifierId: verifier.id,
        instanceId: said.instance,
        way: said.way,
        at,
        // whoever does not listen to the feed has no place in it
        position: isListener ? said.position : undefined,
        isLast: said.closing === true,
        report: {
          agent: said.agent,
          mode: said.mode,
          maxStalenessSeconds: said.max_staleness_seconds,
          accepted: said.accepted,
          refused: said.refused,
          stale: said.stale,
          lost: said.lost,
          latencyP50Us: said.latency_us?.p50 ?? null,
          latencyP99Us: said.latency_us?.p99 ?? null,
          kids,
        },
      });
      return reply.code(204).header("cache-control", "no-store").send();
    });
  });
}
