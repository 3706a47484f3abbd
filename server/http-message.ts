import type { IncomingMessage } from "node:http";
import { isIPv6, type Socket } from "node:net";

/** What is wrong with a request before its address is looked at. */
export type MessageFault = {
  status: 400 | 505;
  part: "host" | "version" | "framing" | "authorization";
  message: string;
};

const VERSIONS = new Set(["1.0", "1.1"]);
/** A name, an IPv4 address or an IPv6 one in brackets, and maybe a port. No user, no path, no list. @see RFC 9112 3.2 */
const HOST = /^(?:\[([0-9a-f:.]{2,45})\]|[\w.~-]{1,253})(?::(\d{0,5}))?$/i;
const MAX_PORT = 65_535;

/** The last host that was one: nearly every request names the same. */
let known: string | undefined;

function isHost(value: string): boolean {
  if (value === known) return true;
  const parts = HOST.exec(value);
  if (parts === null) return false;
  const [, ipv6, port] = parts;
  if ((ipv6 !== undefined && !isIPv6(ipv6)) || Number(port ?? 0) > MAX_PORT) return false;
  known = value;
  return true;
}

function bad(message: string, part: Exclude<MessageFault["part"], "version"> = "host"): MessageFault {
  return { status: 400, part, message };
}

/** Where a body ends must be plain to whoever passes it on: HTTP/1.0 knows no chunks, and of other codings each reader makes its own. @see RFC 9112 6.1 */
function faultOfCoding(httpVersion: string, coding: string): MessageFault | null {
  if (httpVersion === "1.0") return bad("HTTP/1.0 has no Transfer-Encoding.", "framing");
  return coding.toLowerCase() === "chunked"
    ? null
    : bad("The only Transfer-Encoding that is read is chunked.", "framing");
}

/** What came in one piece with a message that is none is no request either, whoever's it is. */
const faulty = new WeakMap<Socket, MessageFault>();

/**
 * The versions, the `Host` and the framing that Node lets through and that a proxy before it may read otherwise: Node takes the first of two hosts,
 * any host and version that is text, and chunks in HTTP/1.0.
 *
 * @returns null where a request is HTTP/1.0 or 1.1 with one host and a body that ends in one place; HTTP/1.0 may have no host.
 */
export function findMessageFault(request: IncomingMessage): MessageFault | null {
  const before = faulty.get(request.socket);
  if (before !== undefined) return before;
  const fault = faultOf(request);
  if (fault !== null) faulty.set(request.socket, fault);
  return fault;
}

/** Whether a connection has sent a message that is none, and has its answer. */
export function isFaulty(socket: Socket): boolean {
  return faulty.has(socket);
}

function faultOf({ httpVersion, rawHeaders }: IncomingMessage): MessageFault | null {
  if (!VERSIONS.has(httpVersion))
    return { status: 505, part: "version", message: "Only HTTP/1.0 and HTTP/1.1 are spoken here." };
  let host: string | undefined;
  let isAuthorized = false;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 17 && name.toLowerCase() === "transfer-encoding") {
      const fault = faultOfCoding(httpVersion, rawHeaders[at + 1] as string);
      if (fault !== null) return fault;
    }
    if (name.length === 13 && name.toLowerCase() === "authorization") {
      if (isAuthorized) return bad("There may be one Authorization header.", "authorization");
      isAuthorized = true;
    }
    if (name.length !== 4 || name.toLowerCase() !== "host") continue;
    if (host !== undefined) return bad("There must be one Host header.");
    host = rawHeaders[at + 1] as string;
  }
  if (host === undefined) return httpVersion === "1.0" ? null : bad("The Host header is missing.");
  return isHost(host) ? null : bad("The Host header is no host with a port.");
}
