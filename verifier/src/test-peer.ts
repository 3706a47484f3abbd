import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { deflateSync } from "node:zlib";
import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";

/** The other end of the wire for tests of transport: it speaks the contract, and misbehaves when it is told to. */
export type Peer = Awaited<ReturnType<typeof startPeer>>;
export const SECRET = "twv_0123456789abcdefghijklmnopqrstuvwxyz";
export const AUDIENCE = "billing";

type WireFact = Record<string, unknown> & { position: number };
type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean> | boolean;

type Signer = { kid: string; privateKey: CryptoKey };

async function makeKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

export async function startPeer({ heartbeatMs = 50, marks = true } = {}) {
  const [tokenKey, feedKey, strangeKey] = await Promise.all([makeKey("t1"), makeKey("f1"), makeKey("f1")]);
  const facts: WireFact[] = [];
  const streams = new Set<ServerResponse>();
  const seen = {
    acknowledgements: [] as Record<string, unknown>[],
    reports: [] as Record<string, unknown>[],
    eventBodies: [] as Record<string, unknown>[],
    requests: [] as string[],
    introspections: [] as URLSearchParams[],
  };
  const statement = { mode: "strict", max_staleness_seconds: 60, audiences: [AUDIENCE] };
  const disabled: string[] = [];
  const revokedInSnapshot = { token: [] as [string, number][], family: [] as [string, number][] };
  let override: Handler = () => false;
  let isQuiet = false;
  let issuer = "";

  /** Whatever is done to `Date`: the authority's clock is not the verifier's. */
  const clock = () => Math.floor(performance.timeOrigin + performance.now());

  const sign = (payload: Record<string, unknown>, typ: string, key: Signer) =>
    new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: "ES256", typ, kid: key.kid })
      .sign(key.privateKey);

  const markOf = (to: unknown) => (to === 0 ? undefined : facts[Number(to) - 1]?.order);

  const batch = (after: number, changes: Record<string, unknown> = {}, key: Signer = feedKey) =>
    sign(
      {
        iss: issuer,
        aud: "tokenwarden-feed",
        iat: Math.floor(Date.now() / 1_000),
        at: clock(),
        after,
        to: facts.length,
        head: facts.length,
        facts: facts.slice(after),
        disabled_clients: disabled,
        ...(marks ? { mark: markOf(changes.to ?? facts.length) } : {}),
        ...changes,
      },
      "tokenwarden-feed+jwt",
      key,
    );
  const verifierStatement = () =>
    sign(
      {
        iss: issuer,
        aud: "v1",
        iat: Math.floor(Date.now() / 1_000),
        name: "billing-api",
        heartbeat_ms: heartbeatMs,
        ...statement,
      },
      "tokenwarden-verifier+jwt",
      feedKey,
    );
  const packed = (list: [string, number][]) =>
    Buffer.concat(
      list.map(([id, expires]) => {
        const bytes = Buffer.alloc(20);
        Buffer.from(id.replaceAll("-", ""), "hex").copy(bytes);
        bytes.writeUInt32BE(expires, 16);
        return bytes;
      }),
    ).toString("base64url");

  const write = (response: ServerResponse, event: string, data: string, id?: number) =>
    response.write(`event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`);

  async function broadcast(jws: string, id = facts.length) {
    for (const stream of streams) write(stream, "batch", jws, id);
  }

  const heart = setInterval(async () => {
    if (!isQuiet && streams.size > 0) await broadcast(await batch(facts.length));
  }, heartbeatMs);

  async function feed(request: IncomingMessage, response: ServerResponse, url: URL) {
    const after = Number(url.searchParams.get("after"));
    const mark = url.searchParams.get("mark");
    const isOther = mark !== null && mark !== markOf(after);
    if (after > facts.length || isOther) return json(response, 409, { error: "feed_went_back" });
    if (request.headers.accept !== "text/event-stream") {
      const deadline = Date.now() + Number(url.searchParams.get("wait") ?? 0) * 1_000;
      while (facts.length <= after && Date.now() < deadline) await new Promise((r) => setTimeout(r, 10));
      return json(response, 200, { verifier: await verifierStatement(), batches: [await batch(after)] });
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    write(response, "verifier", await verifierStatement());
    write(response, "batch", await batch(after), facts.length);
    streams.add(response);
    response.on("close", () => streams.delete(response));
  }

  async function snapshot(response: ServerResponse) {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    const id = randomUUID();
    const common = { iss: issuer, aud: "tokenwarden-feed", iat: 0, at: clock(), snapshot: id };
    const parts = [
      {
        part: 0,
        revoked: { token: packed(revokedInSnapshot.token), family: packed(revokedInSnapshot.family) },
        facts: [],
      },
      { part: 1, revoked: { token: "", family: "" }, facts, disabled_clients: disabled, last: true },
    ].map((part) => (marks ? { ...part, mark: markOf(facts.length) } : part));
    for (const part of parts)
      response.write(
        `${await sign({ ...common, position: facts.length, ...part }, "tokenwarden-feed+jwt", feedKey)}\n`,
      );
    response.end();
  }

  function json(response: ServerResponse, status: number, body: unknown) {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? "/", issuer);
    seen.requests.push(`${request.method} ${url.pathname}`);
    if (await override(request, response, url)) return;
    switch (`${request.method} ${url.pathname}`) {
      case "GET /.well-known/oauth-authorization-server":
        return json(response, 200, {
          issuer,
          jwks_uri: `${issuer}/oauth/jwks`,
          introspection_endpoint: `${issuer}/oauth/introspect`,
          revocation_feed_endpoint: `${issuer}/revocations`,
          revocation_feed_jwks_uri: `${issuer}/revocations/jwks`,
          use_report_endpoint: `${issuer}/events`,
        });
      case "GET /oauth/jwks":
        return json(response, 200, { keys: [tokenKey.jwk] });
      case "GET /revocations/jwks":
        return json(response, 200, { keys: [feedKey.jwk] });
      case "GET /revocations":
        return feed(request, response, url);
      case "GET /revocations/snapshot":
        return snapshot(response);
      case "POST /revocations/acknowledgements":
        seen.acknowledgements.push(JSON.parse(await readBody(request)));
        response.writeHead(204).end();
        return;
      case "POST /events": {
        const body = JSON.parse(await readBody(request)) as { reports: { id: string }[] };
        seen.eventBodies.push(body as unknown as Record<string, unknown>);
        seen.reports.push(...(body.reports as unknown as Record<string, unknown>[]));
        return json(response, 200, { results: body.reports.map(({ id }) => ({ id, result: "recorded" })) });
      }
      case "POST /oauth/introspect":
        seen.introspections.push(new URLSearchParams(await readBody(request)));
        return json(response, 200, { active: false });
      default:
        return json(response, 404, {});
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  issuer = `http://127.0.0.1:${port}`;

  return {
    issuer,
    seen,
    facts,
    statement,
    disabled,
    revokedInSnapshot,
    strangeKey,
    feedKey,
    tokenKey,
    sign,
    batch,
    json,
    readBody,
    broadcast,
    streams,
    /** Takes requests before the peer does; true: it has answered. */
    set override(handler: Handler) {
      override = handler;
    },
    /** No heartbeats. */
    set isQuiet(quiet: boolean) {
      isQuiet = quiet;
    },
    /** Appends facts, and sends them to every stream. */
    async place(...added: Record<string, unknown>[]) {
      const after = facts.length;
      for (const fact of added) facts.push({ order: randomUUID(), ...fact, position: facts.length + 1 });
      await broadcast(await batch(after));
    },
    cut() {
      for (const stream of streams) stream.destroy();
    },
    async token(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) {
      const now = Math.floor(Date.now() / 1_000);
      return new SignJWT({
        iss: issuer,
        aud: AUDIENCE,
        sub: "reconciler",
        client_id: "reconciler",
        scope: "invoices:read",
        jti: randomUUID(),
        iat: now,
        exp: now + 300,
        rooted_at: Date.now(),
        ...claims,
      })
        .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "t1", ...header })
        .sign(tokenKey.privateKey);
    },
    async statusList(
      statuses: Record<number, number>,
      changes: Record<string, unknown> = {},
      path = "/status-lists/1",
    ) {
      const bytes = Buffer.alloc(64);
      for (const [index, status] of Object.entries(statuses)) {
        const at = Math.floor(Number(index) / 4);
        bytes[at] = (bytes[at] as number) | (status << ((Number(index) % 4) * 2));
      }
      const now = Math.floor(Date.now() / 1_000);
      return sign(
        {
          iss: issuer,
          sub: issuer + path,
          iat: now,
          exp: now + 300,
          ttl: 30,
          status_list: { bits: 2, lst: deflateSync(bytes).toString("base64url") },
          ...changes,
        },
        "statuslist+jwt",
        tokenKey,
      );
    },
    hash: (text: string) => createHash("sha256").update(text).digest("base64url"),
    async stop() {
      clearInterval(heart);
      for (const stream of streams) stream.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
