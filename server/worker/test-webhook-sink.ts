import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Delivered = {
  headers: Record<string, string | string[] | undefined>;
  body: string;
  /** What each line says. */
  events: { id: string; type: string; path?: string; act?: string; sequence?: string }[];
};

/** A sink that knows nothing of this product: it checks signatures as Standard Webhooks describes it, and takes what is good. */
export type WebhookSink = {
  origin: string;
  url: string;
  /** Batches that it answered 2xx to. */
  taken: Delivered[];
  /** Everything that came, taken or not. */
  attempts: Delivered[];
  /** How it answers from now on; `take` unless told. */
  behave(how: SinkBehaviour): void;
  /** From here on it takes what one of these keys signs. */
  trust(...secrets: string[]): void;
  end(): Promise<void>;
};

export type SinkBehaviour =
  | "take"
  | ((req: IncomingMessage, res: ServerResponse, delivered: Delivered) => void);

async function textOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function isSigned({ headers, body }: Delivered, secrets: readonly string[]): boolean {
  const [id, timestamp, given] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) =>
    String(headers[name]),
  );
  if (Math.abs(Date.now() / 1_000 - Number(timestamp)) > 300) return false;
  const signatures = (given ?? "").split(" ").map((one) => Buffer.from(one.replace(/^v1,/, ""), "base64"));
  return secrets.some((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
    return signatures.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
  });
}

export async function startWebhookSink(): Promise<WebhookSink> {
  let behaviour: SinkBehaviour = "take";
  let trusted: string[] = [];
  const taken: Delivered[] = [];
  const attempts: Delivered[] = [];
  const server = createServer(async (req, res) => {
    const body = await textOf(req);
    const events = body
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
    const delivered = { headers: req.headers, body, events };
    attempts.push(delivered);
    if (behaviour !== "take") return behaviour(req, res, delivered);
    if (!isSigned(delivered, trusted)) return res.writeHead(401).end("not signed by a key that is known");
    taken.push(delivered);
    res.writeHead(202).end("thanks");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    url: `${origin}/ingest`,
    taken,
    attempts,
    behave(how) {
      behaviour = how;
    },
    trust(...secrets) {
      trusted = secrets;
    },
    async end() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
