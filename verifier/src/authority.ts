import { VerifierError } from "./errors.ts";
import type { Settings } from "./options.ts";

/** Fields of the authority's metadata that lead to what is asked here. */
const ENDPOINTS = {
  keys: "jwks_uri",
  introspection: "introspection_endpoint",
  feed: "revocation_feed_endpoint",
  feedKeys: "revocation_feed_jwks_uri",
  reports: "use_report_endpoint",
} as const;
export type EndpointName = keyof typeof ENDPOINTS;

const METADATA_MAX_AGE_MS = 600_000;
/** Bytes of an answer that is read whole. */
const MAX_ANSWER = 16 * 1024 * 1024;

/** An answer that is none of the expected ones. `status` is 0 where there was no answer. */
export class UnexpectedAnswer extends Error {
  override readonly name = "UnexpectedAnswer";
  readonly status: number;
  constructor(what: string, status: number, options?: { cause?: unknown }) {
    super(`${what}: ${status === 0 ? "no answer" : `answered ${status}`}`, options);
    this.status = status;
  }
}

export type Ask = {
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
  /** Without the verifier's secret. */
  isPublic?: boolean;
  /** Until the headers are there; the timeout of the settings where nothing is said. */
  timeoutMs?: number;
  /** Until the body is read; unbounded where nothing is said. */
  totalMs?: number;
};

/** The authority as this package knows it: endpoints by its metadata, at the one origin that it was told. */
export type Authority = ReturnType<typeof openAuthority>;

/** Reads a body whole, up to a bound. */
export async function readBounded(response: Response, max = MAX_ANSWER): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > max) throw new Error("the answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function openAuthority(settings: Settings, closing: AbortSignal) {
  const { issuer, authorityUrl, secret, timeoutMs } = settings;
  let metadata: { at: number; fields: Promise<Record<string, unknown>> } | null = null;

  /** The address at which we reach what the authority has at its issuer; elsewhere nothing is asked: the secret would go there. */
  function reachable(uri: string, what: string): URL {
    let url: URL;
    try {
      url = new URL(uri);
    } catch (error) {
      throw new VerifierError("unavailable", `${what} is no address`, { cause: error });
    }
    if (url.origin !== issuer) throw new VerifierError("unavailable", `${what} is not at the issuer`);
    return new URL(url.pathname + url.search, authorityUrl);
  }

  /**
   * Asks, and gives the answer to `use`; when that is done, whatever is left of the body is let go.
   *
   * @throws {UnexpectedAnswer} with status 0 where there is no answer in time.
   */
  async function ask<T>(
    url: URL,
    { isPublic, timeoutMs: limit = timeoutMs, totalMs, signal, ...init }: Ask,
    use: (response: Response, controller: AbortController) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController();
    const abort = () => controller.abort(new Error("given up"));
    const late = () => controller.abort(new Error("the authority takes too long"));
    if (closing.aborted || signal?.aborted) abort();
    closing.addEventListener("abort", abort);
    signal?.addEventListener("abort", abort);
    const timer = setTimeout(late, limit);
    const total = totalMs === undefined ? undefined : setTimeout(late, totalMs);
    try {
      let response: Response;
      try {
        response = await fetch(url, {
          ...init,
          headers: {
            ...init.headers,
            ...(secret === null || isPublic ? {} : { authorization: `Bearer ${secret}` }),
          },
          redirect: "error",
          signal: controller.signal,
        });
      } catch (error) {
        throw new UnexpectedAnswer(url.pathname, 0, { cause: error });
      }
      clearTimeout(timer);
      try {
        return await use(response, controller);
      } finally {
        if (!response.bodyUsed) response.body?.cancel().catch(() => undefined);
      }
    } finally {
      clearTimeout(timer);
      clearTimeout(total);
      closing.removeEventListener("abort", abort);
      signal?.removeEventListener("abort", abort);
    }
  }

  async function askJson(url: URL, options: Ask = {}): Promise<Record<string, unknown>> {
    return ask(url, { totalMs: timeoutMs * 2, ...options }, async (response) => {
      const body = await readBounded(response);
      if (!response.ok) throw new UnexpectedAnswer(url.pathname, response.status);
      const parsed = JSON.parse(new TextDecoder().decode(body)) as unknown;
      if (typeof parsed !== "object" || parsed === null)
        throw new Error(`${url.pathname} answered no object`);
      return parsed as Record<string, unknown>;
    });
  }

  async function fetchMetadata(): Promise<Record<string, unknown>> {
    const url = new URL("/.well-known/oauth-authorization-server", authorityUrl);
    const fields = await askJson(url, { isPublic: true });
    if (fields.issuer !== issuer)
      throw new VerifierError("unavailable", "the authority's metadata names another issuer");
    return fields;
  }

  /** @throws where the authority does not answer, is another one, or has no such endpoint. */
  async function endpoint(name: EndpointName): Promise<URL> {
    if (metadata === null || performance.now() - metadata.at > METADATA_MAX_AGE_MS) {
      const fields = fetchMetadata();
      const held = { at: performance.now(), fields };
      metadata = held;
      fields.catch(() => {
        if (metadata === held) metadata = null;
      });
    }
    const uri = (await metadata.fields)[ENDPOINTS[name]];
    if (typeof uri !== "string")
      throw new VerifierError("unavailable", `the authority has no ${ENDPOINTS[name]}`);
    return reachable(uri, ENDPOINTS[name]);
  }

  return { ask, askJson, endpoint, reachable };
}
