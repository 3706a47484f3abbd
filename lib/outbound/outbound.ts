import { lookup as systemLookup } from "node:dns/promises";
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP, type LookupFunction, type Socket } from "node:net";
import { createRangeCheck, type OutboundAllow, originOf } from "./allow-list.ts";
import { openSocket } from "./open-socket.ts";
import { faultOf, OutboundError } from "./outbound-error.ts";
import { isPublicAddress } from "./public-address.ts";

export type OutboundRequest = {
  url: string;
  method: "GET" | "POST";
  headers: Record<string, string>;
  body?: string | undefined;
  /** From the look-up of the name to the last byte of the answer. */
  timeoutMs: number;
  /** Of the body; a longer answer is a fault, not cut off. */
  maxAnswerBytes: number;
  signal?: AbortSignal | undefined;
};

/**
 * `syslog+tls://host:port`, or `syslog+tcp://host:port` where that origin is allowed by name; of mail `smtps://`, `smtp+starttls://` (whoever asked for the connection has
 * to secure it before anything is said), or `smtp://` where it is allowed by name.
 */
export type OutboundConnection = {
  url: string;
  /** `syslog` unless told. */
  kind?: Exclude<OutboundKind, "http"> | undefined;
  /** Whom its certificate may come from; the system's authorities where it is left out. */
  caPem?: string | undefined;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
};

/** What is spoken to an address: requests of HTTP, a connection that carries messages one way, or mail. */
export type OutboundKind = "http" | "syslog" | "smtp";

export type OutboundAnswer = { status: number; headers: Record<string, string>; body: Buffer };

/** The one way by which this product calls an address that somebody entered. */
export type Outbound = {
  /** Whether an address may be called as it stands now: for the door at which it is entered. Nothing is sent. @throws {OutboundError} */
  check(url: string, kind?: OutboundKind): Promise<void>;
  /**
   * Sends one request. Only https, only to public addresses, none followed elsewhere: the addresses that a name has are looked at by the connection that
   * is made to them, so that a name cannot change its mind in between. @throws {OutboundError}
   */
  request(request: OutboundRequest): Promise<OutboundAnswer>;
  /** Opens one connection, by the same rules. @throws {OutboundError} */
  connect(connection: OutboundConnection): Promise<Socket>;
  close(): void;
};

export type Resolved = { address: string; family: number };

export type OutboundOptions = {
  allow: OutboundAllow;
  /** Connections of HTTP to one origin at once. */
  maxSockets?: number;
  /** All addresses of a name; the system's resolver unless told. */
  resolve?: (host: string) => Promise<Resolved[]>;
};

const URL_MAX = 2_048;
/** The first is TLS from the first byte. */
const SECURE: Record<OutboundKind, readonly [string, ...string[]]> = {
  http: ["https:"],
  syslog: ["syslog+tls:"],
  smtp: ["smtps:", "smtp+starttls:"],
};
const PLAIN: Record<OutboundKind, string> = { http: "http:", syslog: "syslog+tcp:", smtp: "smtp:" };
const NOT_PUBLIC = "leads to an address that is not public";

function systemResolve(host: string): Promise<Resolved[]> {
  return systemLookup(host, { all: true, verbatim: true });
}

/** The way out of one process: connections are kept open for 60 s, at most four to an origin unless told. Close it when the process ends. */
export function createOutbound({
  allow,
  maxSockets = 4,
  resolve = systemResolve,
}: OutboundOptions): Outbound {
  const isInRange = createRangeCheck(allow.ranges);
  const origins = new Set(allow.origins);
  const hosts = new Set(allow.hosts);
  const isOpen = (url: URL) => origins.has(originOf(url)) || hosts.has(url.hostname);
  const mayConnect = (url: URL, address: string) =>
    isOpen(url) || isPublicAddress(address) || isInRange(address);

  function requireUrl(text: string, kind: OutboundKind): URL {
    const url = text.length > URL_MAX ? null : URL.parse(text);
    if (url === null) throw new OutboundError("url", "is no URL");
    const isPlain = url.protocol === PLAIN[kind] && origins.has(originOf(url));
    if (!SECURE[kind].includes(url.protocol) && !isPlain)
      throw new OutboundError(
        "url",
        kind === "smtp"
          ? "is called by TLS or STARTTLS alone, unless whoever runs this allows it by name"
          : `must begin with ${SECURE[kind][0]}//`,
      );
    if (url.hostname === "") throw new OutboundError("url", "is no URL");
    if (url.username !== "" || url.password !== "")
      throw new OutboundError("url", "must not carry a user or password");
    const literal = url.hostname.replace(/^\[|\]$/g, "");
    // a literal address is connected to without a look-up
    if (isIP(literal) !== 0 && !mayConnect(url, literal)) throw new OutboundError("address", NOT_PUBLIC);
    return url;
  }

  async function addressesOf(url: URL): Promise<Resolved[]> {
    let addresses: Resolved[];
    try {
      addresses = await resolve(url.hostname);
    } catch (cause) {
      throw new OutboundError("unreachable", "has a name that cannot be resolved", cause);
    }
    if (addresses.length === 0) throw new OutboundError("unreachable", "has a name that cannot be resolved");
    // one that is private among public ones is a trap, not a mistake
    if (!addresses.every(({ address }) => mayConnect(url, address)))
      throw new OutboundError("address", NOT_PUBLIC);
    return addresses;
  }

  /** What a socket asks for its addresses: of the request's own URL, whatever name it asks by. */
  const lookupFor =
    (url: URL): LookupFunction =>
    (_host, options, callback) => {
      addressesOf(url).then(
        (addresses) => {
          const [first] = addresses;
          if (options.all) callback(null, addresses);
          else callback(null, first?.address ?? "", first?.family);
        },
        (error: NodeJS.ErrnoException) => callback(error, "", 0),
      );
    };
  const settings = { keepAlive: true, maxSockets, maxFreeSockets: 1, timeout: 60_000 };
  const agents = { "https:": new HttpsAgent(settings), "http:": new HttpAgent(settings) };

  return {
    async check(text, kind = "http") {
      const url = requireUrl(text, kind);
      if (isIP(url.hostname.replace(/^\[|\]$/g, "")) === 0) await addressesOf(url);
    },
    async request({ url: text, method, headers, body, timeoutMs, maxAnswerBytes, signal }) {
      const url = requireUrl(text, "http");
      const isTls = url.protocol === "https:";
      const timeout = AbortSignal.timeout(timeoutMs);
      const given = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
      try {
        return await new Promise<OutboundAnswer>((done, fail) => {
          const sent = (isTls ? httpsRequest : httpRequest)(url, {
            method,
            headers: { ...headers, ...given },
            lookup: lookupFor(url),
            agent: isTls ? agents["https:"] : agents["http:"],
            signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
          });
          sent.on("error", fail);
          sent.on("response", (answer) => readAnswer(answer, maxAnswerBytes).then(done, fail));
          sent.end(body);
        });
      } catch (error) {
        throw faultOf(error, timeout);
      }
    },
    async connect({ url: text, kind = "syslog", caPem, timeoutMs, signal }) {
      const url = requireUrl(text, kind);
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        return await openSocket(url, {
          isTls: url.protocol === SECURE[kind][0],
          caPem,
          lookup: lookupFor(url),
          signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
        });
      } catch (error) {
        throw faultOf(error, timeout);
      }
    },
    close() {
      agents["https:"].destroy();
      agents["http:"].destroy();
    },
  };
}

async function readAnswer(answer: IncomingMessage, maxBytes: number): Promise<OutboundAnswer> {
  const status = answer.statusCode ?? 0;
  if (status >= 300 && status < 400) {
    answer.destroy();
    throw new OutboundError("redirect", `answers ${status}: redirects are not followed`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // leaving the loop ends the connection
    if (bytes > maxBytes) throw new OutboundError("too_large", `answers with more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
  );
  return { status, headers, body: Buffer.concat(chunks) };
}
