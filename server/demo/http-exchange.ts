import http, { type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import https from "node:https";

const TIMEOUT_MS = 10_000;
const MAX_BODY = 256 * 1024;

export type HttpAnswer = { status: number; headers: IncomingHttpHeaders; body: string };
export type HttpQuestion = {
  method: string;
  /** Path and query. */
  target: string;
  headers: OutgoingHttpHeaders;
  body?: string;
};

/** Nothing answers there, or not in time. */
export class Unreachable extends Error {
  override name = "Unreachable";
}

/** One port on loopback, over connections that are kept. */
export type LoopbackPort = {
  ask(question: HttpQuestion): Promise<HttpAnswer>;
  /** Ends all connections; what is under way fails as unreachable. */
  close(): void;
};

/**
 * Speaks HTTP to a port of this machine and to nothing else, whatever names and redirects say. Our own certificate is for the name under
 * which others know it, so that it is not checked here.
 */
export function openLoopbackPort(port: number, isTls: boolean): LoopbackPort {
  const options = { keepAlive: true, maxSockets: 32, timeout: 60_000 };
  const agent = isTls ? new https.Agent({ ...options, rejectUnauthorized: false }) : new http.Agent(options);
  const open = isTls ? https.request : http.request;

  function ask({ method, target, headers, body }: HttpQuestion): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown) => reject(new Unreachable(`port ${port} does not answer`, { cause }));
      const request = open({
        host: "127.0.0.1",
        port,
        path: target,
        method,
        headers,
        agent,
        timeout: TIMEOUT_MS,
      });
      request.once("timeout", () => request.destroy(new Error("timeout")));
      request.once("error", fail);
      request.once("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
          if (text.length > MAX_BODY) request.destroy(new Error("the answer is too long"));
        });
        response.once("error", fail);
        response.once("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
      });
      request.end(body);
    });
  }

  return { ask, close: () => agent.destroy() };
}
