import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { FEED_AUDIENCE } from "#lib/feed/feed-signer.ts";
import { readHead, readSnapshot, type SnapshotPart } from "#lib/feed/read-snapshot.ts";
import { uuidv7 } from "#lib/ids.ts";
import { Throttled } from "../bounds/throttled.ts";
import type { Services } from "../services.ts";
import type { Listener } from "./listener.ts";

/** Whoever reads slower than this allows would hold a place for ever. */
const DEADLINE_MS = 300_000;
const EMPTY: SnapshotPart = { token: Buffer.alloc(0), family: Buffer.alloc(0), facts: [] };

const underWay = new Set<string>();

async function* signedLines(services: Services, verifierId: string): AsyncGenerator<string> {
  const { feed, follower, db, env } = services;
  const now = new Date(Math.floor(Date.now() - follower.clockOffsetMs));
  const head = await feed.snapshotTurn(verifierId, () => readHead(db));
  const mark = await feed.marks.of(Number(head));
  const snapshot = uuidv7(now);
  const { batch: sign } = await feed.signer();
  let number = 0;
  const lineOf = async ({ token, family, facts }: SnapshotPart, isLast: boolean) => {
    const jws = await sign({
      iss: env.authorityIssuer,
      aud: FEED_AUDIENCE,
      iat: Math.floor(Date.now() / 1_000),
      // the database said where its head is after that
      at: now.getTime(),
      snapshot,
      part: number,
      position: Number(head),
      ...(mark === null ? {} : { mark }),
      revoked: { token: token.toString("base64url"), family: family.toString("base64url") },
      facts,
      ...(isLast ? { disabled_clients: feed.publisher.disabledClients, last: true } : {}),
    });
    number += 1;
    return `${jws}\n`;
  };
  let held: SnapshotPart | null = null;
  const parts = readSnapshot({
    db,
    head,
    now,
    registry: follower.registry,
    inTurn: (work) => feed.snapshotTurn(verifierId, work),
  });
  for await (const part of parts) {
    if (held !== null) yield lineOf(held, false);
    held = part;
  }
  yield lineOf(held ?? EMPTY, true);
}

/**
 * Sends what stands at the feed's head, part by part as it is read: memory holds a part or two, however slow the reader. What breaks off has no last
 * part, and is none.
 *
 * @throws {Throttled} where the instance has one under way, or too many have.
 */
export function sendSnapshot(
  services: Services,
  { verifier, instanceId }: Listener,
  reply: FastifyReply,
): FastifyReply {
  const key = `${verifier.id} ${instanceId ?? ""}`;
  if (underWay.has(key))
    throw new Throttled("snapshots", "A snapshot is on its way to this instance. Wait for it to end.");
  const leave = services.feed.snapshots.enter(verifier.id);
  // it believes what it is told from now on, before it opens its first stream
  if (instanceId !== null)
    services.feed.instances.saw({ verifierId: verifier.id, instanceId, way: "feed", at: new Date() });
  underWay.add(key);
  const lines = Readable.from(signedLines(services, verifier.id), { highWaterMark: 1 });
  const deadline = setTimeout(() => lines.destroy(new Error("the snapshot is read too slowly")), DEADLINE_MS);
  lines.once("close", () => {
    clearTimeout(deadline);
    underWay.delete(key);
    leave();
  });
  return reply.header("cache-control", "no-store").type("application/x-ndjson").send(lines);
}
