import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from "jose";

/** A receiver that knows nothing of this product: plain HTTP, and jose by what the transmitter says of itself. */
export type SignalPeer = {
  url: string;
  origin: string;
  /** Claims of what it took, in the order that it came. */
  taken: JWTPayload[];
  /** What came, taken or not. */
  attempts: { at: number; authorization: string | undefined; contentType: string | undefined }[];
  /** How it answers from now on; `take` unless told. */
  behave(how: Behaviour): void;
  /** Looks the transmitter up: from here on it takes what is signed by it for `audience`. */
  trust(issuer: string, audience: string): Promise<void>;
  end(): Promise<void>;
};

export type Behaviour = "take" | ((req: IncomingMessage, res: ServerResponse, body: string) => void);

async function textOf(req: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of req) text += chunk;
  return text;
}

export async function startSignalPeer(): Promise<SignalPeer> {
  let behaviour: Behaviour = "take";
  let expected: { issuer: string; audience: string; keys: ReturnType<typeof createRemoteJWKSet> } | null =
    null;
  const taken: JWTPayload[] = [];
  const attempts: SignalPeer["attempts"] = [];

  const server = createServer(async (req, res) => {
    attempts.push({
      at: performance.now(),
      authorization: req.headers.authorization,
      contentType: req.headers["content-type"],
    });
    const text = await textOf(req);
    if (behaviour !== "take") return behaviour(req, res, text);
    try {
      if (expected === null) throw new Error("nobody is trusted yet");
      const { payload } = await jwtVerify(text, expected.keys, {
        issuer: expected.issuer,
        audience: expected.audience,
        typ: "secevent+jwt",
        algorithms: ["ES256"],
        requiredClaims: ["jti", "iat", "events", "sub_id"],
      });
      taken.push(payload);
      res.writeHead(202).end();
    } catch (error) {
      res
        .writeHead(400, { "content-type": "application/json" })
        .end(JSON.stringify({ err: "authentication_failed", description: String(error) }));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    url: `${origin}/events`,
    taken,
    attempts,
    behave(how) {
      behaviour = how;
    },
    async trust(issuer, audience) {
      const response = await fetch(`${issuer}/.well-known/ssf-configuration`);
      const { jwks_uri } = (await response.json()) as { jwks_uri: string };
      expected = { issuer, audience, keys: createRemoteJWKSet(new URL(jwks_uri)) };
    },
    async end() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Waits until `what` gives something. */
export async function eventually<T>(
  what: () => T | undefined | Promise<T | undefined>,
  withinMs = 10_000,
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const value = await what();
    if (value !== undefined) return value;
    if (performance.now() > until) throw new Error(`did not happen within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
