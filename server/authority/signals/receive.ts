import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { errors } from "jose";
import { cleanText } from "#lib/audit/clean-text.ts";
import type { SqlContext } from "#lib/context.ts";
import { isUuid } from "#lib/ids.ts";
import { OutboundError } from "#lib/outbound/outbound-error.ts";
import { isSecret } from "#lib/passwords/generated-secret.ts";
import { createPeerKeys } from "#lib/signal-receivers/peer-keys.ts";
import { readPeerSet, type SetError, SetRefusal } from "#lib/signal-receivers/read-peer-set.ts";
import { type ActingReceiver, receiveSignal } from "#lib/signal-receivers/receive-signal.ts";
import { shown } from "#lib/signals/push-event.ts";
import { Refused } from "../answers.ts";
import { addressAsker } from "../bounds/bounds.ts";
import type { Services } from "../services.ts";

type ReceiverRecord = ActingReceiver & { jwksUrl: string; audience: string; secretHash: Buffer };

const READ = `
  SELECT id, name, issuer, jwks_url AS "jwksUrl", audience, subject_by AS "subjectBy", attribute, secret_hash AS "secretHash"
  FROM signal_receiver WHERE id = $1::uuid AND disabled_at IS NULL`;
const TAKEN = "UPDATE signal_receiver SET last_received_at = $2::timestamptz WHERE id = $1::uuid";
const FAILED =
  "UPDATE signal_receiver SET last_error = $2::text, last_error_at = clock_timestamp() WHERE id = $1::uuid";

const NOBODY = Buffer.alloc(32);

/** Push-based delivery to us: what a peer says becomes an order as its policies have it. @see RFC 8935 */
export function addReceiveRoute(app: FastifyInstance, services: Services): void {
  const { db } = services;
  const keysOf = createPeerKeys(services.outbound);

  async function findReceiver(request: FastifyRequest<{ Params: { id: string } }>) {
    const { id } = request.params;
    const ip = services.addresses.of(request.raw);
    // whoever has shown nothing yet has the share of an address
    const read = () => db.query<ReceiverRecord>(READ, [id]);
    const [receiver] = isUuid(id) ? await services.bounds.turnstile.pass(addressAsker(ip), 1, read) : [];
    const [scheme = "", secret = ""] = (request.headers.authorization ?? "").split(" ");
    const isTheirs = isSecret(secret, receiver?.secretHash ?? NOBODY) && scheme.toLowerCase() === "bearer";
    if (receiver !== undefined && isTheirs) return receiver;
    // the same for a wrong secret and for a receiver that is not there
    throw services.bounds.refuseCredentials(
      ip,
      new Refused(
        401,
        "invalid_client",
        "Authenticate by the secret of this receiver.",
        'Bearer realm="tokenwarden"',
      ),
    );
  }

  app.post<{ Params: { id: string } }>("/signals/:id", async (request, reply) => {
    const receiver = await findReceiver(request);
    if (request.headers["content-type"]?.split(";")[0]?.trim() !== "application/secevent+jwt")
      throw new Refused(415, "invalid_request", "Send application/secevent+jwt.");
    try {
      const set = await readPeerSet(
        String(request.body),
        { ...receiver, keys: keysOf(receiver.jwksUrl) },
        { now: new Date(), skewSeconds: services.follower.registry.organisation.clockSkewSeconds },
      );
      const ctx: SqlContext = {
        db,
        now: new Date(),
        actor: { kind: "system", id: receiver.id, name: `peer ${receiver.name}` },
        requestId: request.id,
        ip: services.addresses.of(request.raw),
        userAgent: cleanText(request.headers["user-agent"] ?? null, 512),
      };
      await services.bounds.turnstile.pass(receiver.id, 1, () => receiveSignal(ctx, receiver, set));
      await db.query(TAKEN, [receiver.id, ctx.now]);
      return reply.code(202).header("cache-control", "no-store").send();
    } catch (error) {
      if (error instanceof SetRefusal) {
        services.bounds.countGarbage(receiver.id);
        await db.query(FAILED, [receiver.id, shown(`${error.err}: ${error.message}`)]);
        return refuse(reply, error.err, error.message);
      }
      if (!isUnfetched(error)) throw error;
      await db.query(FAILED, [receiver.id, shown(`its keys cannot be fetched: ${(error as Error).message}`)]);
      throw new Refused(
        503,
        "temporarily_unavailable",
        "The issuer's keys cannot be fetched. Send it again.",
      );
    }
  });
}

/** Whether a peer's keys could not be had: it is not the SET's fault. */
function isUnfetched(error: unknown): boolean {
  return (
    error instanceof OutboundError ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    (error instanceof errors.JOSEError && error.code === "ERR_JOSE_GENERIC")
  );
}

/** @see RFC 8935 section 2.3 */
function refuse(reply: FastifyReply, err: SetError, description: string): FastifyReply {
  return reply
    .code(400)
    .header("cache-control", "no-store")
    .header("content-language", "en")
    .send({ err, description });
}
