import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { Demo } from "./start-demo.ts";

/** Whose token leaks, and the verifier before the API that it opens. */
const CLIENT = "reconciler";
const VERIFIER = "billing-api";
export const STOLEN_PATH = "/postings/stolen";
const ATTACKER_IP = "203.0.113.66";
const EVERY_MS = 25;

/** A token that the sample organisation's own service gets, as it does all day. */
export async function issueToken({ authority, credentials }: Demo): Promise<string> {
  const secret = credentials.clientSecrets[CLIENT] ?? "";
  const answer = await fetch(`${authority}/oauth/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${CLIENT}:${secret}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  const body = (await answer.json()) as { access_token?: string };
  if (body.access_token === undefined) throw new Error(`${CLIENT} got no token: ${answer.status}`);
  return body.access_token;
}

/** A gateway before an API: it asks the authority about each request and lets it through or not. */
async function startGateway(demo: Demo, stack: AsyncDisposableStack): Promise<string> {
  const secret = demo.credentials.verifierSecrets[VERIFIER];
  if (secret === undefined) throw new Error(`the sample organisation has no verifier ${VERIFIER}`);
  const server = createServer(async (request, response) => {
    const verdict = await fetch(`${demo.authority}/verify`, {
      headers: {
        authorization: request.headers.authorization ?? "",
        "x-tokenwarden-verifier": secret,
        "x-original-method": request.method ?? "GET",
        "x-original-uri": request.url ?? "/",
        "x-forwarded-for": String(request.headers["x-forwarded-for"] ?? ""),
        "user-agent": request.headers["user-agent"] ?? "",
      },
    }).catch(() => null);
    response.writeHead(verdict?.status === 200 ? 200 : (verdict?.status ?? 502)).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** One answer to the attacker; times of `performance.now()`. */
export type Call = { sentAt: number; answeredAt: number; status: number };

export type Attacker = {
  readonly calls: readonly Call[];
  /** Resolves with the next answer of that status. */
  until(status: number): Promise<Call>;
  stop(): Promise<void>;
};

/** A program that holds a stolen token and calls an API with it, again and again, whatever it is answered. */
export async function startAttacker(
  demo: Demo,
  token: string,
  stack: AsyncDisposableStack,
): Promise<Attacker> {
  const gateway = await startGateway(demo, stack);
  const calls: Call[] = [];
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      const sentAt = performance.now();
      const { status } = await fetch(gateway + STOLEN_PATH, {
        headers: {
          authorization: `Bearer ${token}`,
          "x-forwarded-for": ATTACKER_IP,
          "user-agent": "python-requests/2.34",
        },
      }).catch(() => ({ status: 0 }));
      calls.push({ sentAt, answeredAt: performance.now(), status });
      await wait(EVERY_MS);
    }
  };
  const running = run();
  const stop = async () => {
    stopping.abort();
    await running;
  };
  stack.defer(stop);
  return {
    calls,
    async until(status) {
      const from = calls.length;
      const giveUpAt = performance.now() + 10_000;
      for (;;) {
        const call = calls.slice(from).find((one) => one.status === status);
        if (call !== undefined) return call;
        if (performance.now() > giveUpAt) throw new Error(`the attacker is not answered ${status}`);
        await wait(5);
      }
    },
    stop,
  };
}
