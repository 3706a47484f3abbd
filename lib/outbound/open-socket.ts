import { isIP, type LookupFunction, connect as netConnect, type Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";

const PORTS: Record<string, number> = {
  "syslog+tls:": 6514,
  "syslog+tcp:": 514,
  "smtps:": 465,
  "smtp+starttls:": 587,
  "smtp:": 25,
};

export type SocketOptions = {
  isTls: boolean;
  caPem?: string | undefined;
  /** What the host's addresses are asked for: it refuses those that may not be called. */
  lookup: LookupFunction;
  signal: AbortSignal;
};

/** A connection that stands, its certificate checked for the host where it is TLS. @throws what the network says, or the signal's reason. */
export function openSocket(url: URL, { isTls, caPem, lookup, signal }: SocketOptions): Promise<Socket> {
  signal.throwIfAborted();
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (PORTS[url.protocol] ?? 0) : Number(url.port);
  return new Promise((done, fail) => {
    const socket = isTls
      ? tlsConnect({
          host,
          port,
          lookup,
          minVersion: "TLSv1.2",
          ...(isIP(host) === 0 ? { servername: host } : {}),
          ...(caPem === undefined ? {} : { ca: caPem }),
        })
      : netConnect({ host, port, lookup });
    const onAbort = () => socket.destroy(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("error", fail);
    socket.once(isTls ? "secureConnect" : "connect", () => {
      signal.removeEventListener("abort", onAbort);
      socket.removeListener("error", fail);
      done(socket);
    });
  });
}
