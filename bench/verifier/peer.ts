import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";

const PART = 10_000;
const HEARTBEAT_MS = 500;

async function makeKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" } };
}

/**
 * The other end of a verifier's wire, with a feed of so many revoked tokens: what is measured is the package alone. It speaks the contract and does nothing else.
 */
export async function startFeedPeer(facts: number, stack: AsyncDisposableStack) {
  const [tokenKey, feedKey] = await Promise.all([makeKey("t"), makeKey("f")]);
  let issuer = "";
  const sign = (payload: object, typ: string, { kid, privateKey }: { kid: string; privateKey: CryptoKey }) =>
    new CompactSign(Buffer.from(JSON.stringify(payload)))
      .setProtectedHeader({ alg: "ES256", typ, kid })
      .sign(privateKey);
  const common = () => ({
    iss: issuer,
    aud: "tokenwarden-feed",
    iat: Math.floor(Date.now() / 1_000),
    at: Date.now(),
  });
  const heartbeat = () =>
    sign(
      { ...common(), after: facts, to: facts, head: facts, facts: [], disabled_clients: [] },
      "tokenwarden-feed+jwt",
      feedKey,
    );

  async function sendSnapshot(response: ServerResponse): Promise<void> {
    const snapshot = randomUUID();
    const expires = Math.floor(Date.now() / 1_000) + 3_600;
    const parts = Math.max(1, Math.ceil(facts / PART));
    for (let part = 0; part < parts; part += 1) {
      const ids = Buffer.alloc(Math.min(PART, facts - part * PART) * 20);
      for (let at = 0; at < ids.length; at += 20) {
        randomBytes(16).copy(ids, at);
        ids.writeUInt32BE(expires, at + 16);
      }
      const isLast = part === parts - 1;
      const payload = {
        ...common(),
        snapshot,
        part,
        position: facts,
        revoked: { token: ids.toString("base64url"), family: "" },
        facts: [],
        ...(isLast ? { disabled_clients: [], last: true } : {}),
      };
      if (!response.write(`${await sign(payload, "tokenwarden-feed+jwt", feedKey)}\n`))
        await new Promise((resolve) => response.once("drain", resolve));
    }
    response.end();
  }

  const statement = () =>
    sign(
      {
        iss: issuer,
        aud: "verifier",
        iat: Math.floor(Date.now() / 1_000),
        name: "billing-api",
        mode: "strict",
        max_staleness_seconds: 60,
        audiences: ["billing"],
        heartbeat_ms: HEARTBEAT_MS,
      },
      "tokenwarden-verifier+jwt",
      feedKey,
    );

  async function sendStream(response: ServerResponse): Promise<void> {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const send = async () => response.write(`event: batch\ndata: ${await heartbeat()}\n\n`);
    response.write(`event: verifier\ndata: ${await statement()}\n\n`);
    await send();
    const timer = setInterval(send, HEARTBEAT_MS);
    response.on("close", () => clearInterval(timer));
  }

  function answer(request: IncomingMessage, response: ServerResponse): unknown {
    const json = (body: unknown) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    switch (new URL(request.url ?? "/", issuer).pathname) {
      case "/.well-known/oauth-authorization-server":
        return json({
          issuer,
          jwks_uri: `${issuer}/keys`,
          revocation_feed_endpoint: `${issuer}/revocations`,
          revocation_feed_jwks_uri: `${issuer}/feed-keys`,
          use_report_endpoint: `${issuer}/events`,
        });
      case "/keys":
        return json({ keys: [tokenKey.jwk] });
      case "/feed-keys":
        return json({ keys: [feedKey.jwk] });
      case "/revocations/snapshot":
        return sendSnapshot(response);
      case "/revocations":
        return sendStream(response);
      default:
        request.resume();
        return json({ results: [] });
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function makeTokens(count: number): Promise<string[]> {
    const now = Math.floor(Date.now() / 1_000);
    return Promise.all(
      Array.from({ length: count }, () =>
        new SignJWT({
          iss: issuer,
          aud: "billing",
          sub: randomUUID(),
          client_id: "reconciler",
          scope: "openid invoices:read invoices:write",
          groups: ["Finance", "Staff"],
          roles: ["clerk"],
          entitlements: ["invoices:read", "invoices:write"],
          jti: randomUUID(),
          family: randomUUID(),
          sid: randomUUID(),
          iat: now,
          exp: now + 3_600,
          rooted_at: Date.now(),
        })
          .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "t" })
          .sign(tokenKey.privateKey),
      ),
    );
  }
  return { issuer, makeTokens };
}
